import { describe, expect, it } from "vitest";
import { recogniseTable } from "#identity";
import { jamaica as pack, packOf } from "./support/people.ts";

const table = (title: string, text: string) => {
  const [header = "", ...rows] = text.trim().split("\n");
  return recogniseTable({ title, columns: header.split("|"), sample: rows.map((row) => row.split("|")), pack }).mapping;
};

describe("tables nobody described", () => {
  it("recognises a customer list by its headers", () => {
    const found = table(
      "Sheet1",
      `Cust #|First Name|Surname|Tel.|E-mail Address|Parish|DOB
C001|Marcia|Brown|876-926-1234|m.brown@gmail.com|St. Andrew|13/02/1980
C002|Devon|Gordon|876-926-1235|dg@yahoo.com|Kingston|04/05/1975
C003|Keisha|Reid|876-926-1299|kr@yahoo.com|Clarendon|07/08/1990`,
    );
    expect(found).toMatchObject({ entity: "customer", load: "snapshot", id: "Cust #", dateOrder: "dmy" });
    expect(found.columns).toEqual({
      "Cust #": "accountNumber",
      "First Name": "givenName",
      Surname: "familyName",
      "Tel.": "phones",
      "E-mail Address": "emails",
      Parish: "region",
      DOB: "birthDate",
    });
  });

  it("recognises a customer list by its content when the headers say nothing", () => {
    const found = table(
      "Export",
      `Column1|Column2|Column3|Column4
Marcia Brown|876-926-1234|m.brown@gmail.com|12 Hope Road
Devon Gordon|876-926-1235|dg@yahoo.com|3 Duke Street
Keisha Reid|876-926-1299|kr@yahoo.com|9 Ward Avenue`,
    );
    expect(found).toMatchObject({
      entity: "customer",
      columns: { Column1: "name", Column2: "phones", Column3: "emails", Column4: "address" },
    });
  });

  it("recognises sales, joins them by the customer's number, and takes the invoice number as id", () => {
    const found = table(
      "Sales 2025",
      `Invoice No.|Invoice Date|Customer ID|Customer Name|Total (JMD)|Payment Method
1001|25/01/2025|C001|Marcia Brown|J$12,500.00|Cash
1002|26/01/2025|C002|Devon Gordon|J$4,000.00|Card
1003|27/01/2025|C001|Marcia Brown|J$900.50|Cash`,
    );
    expect(found).toMatchObject({
      entity: "transaction",
      load: "append",
      id: "Invoice No.",
      dateOrder: "dmy",
      defaults: { transactionKind: "sale" },
    });
    expect(found.columns).toMatchObject({
      "Invoice No.": "number",
      "Invoice Date": "date",
      "Customer ID": "customer.id",
      "Customer Name": "customer.name",
      "Total (JMD)": "amount",
      "Payment Method": "paymentMethod",
    });
  });

  it("takes no id where an invoice number stands on several lines", () => {
    const found = table(
      "Sales lines",
      `Invoice|Date|Client|Item|Qty|Amount
1001|2025-01-25|Marcia Brown|Cement|3|1500
1001|2025-01-25|Marcia Brown|Nails|1|250
1002|2025-01-26|Devon Gordon|Cement|2|1000`,
    );
    expect(found).toMatchObject({
      entity: "transaction",
      columns: { Client: "customer.name", Amount: "amount", Qty: "quantity", Invoice: "number" },
    });
    expect(found.id).toBeUndefined();
  });

  it("recognises payments and donations by title and headers", () => {
    expect(
      table("Payments received", `Date|Customer|Amount\n2025-01-25|Marcia Brown|1500\n2025-01-26|Devon Gordon|10`)
        .defaults,
    ).toEqual({ transactionKind: "payment" });
    expect(
      table("2025", `Date|Donor|Donation Amount\n2025-01-25|Marcia Brown|1500\n2025-01-26|Devon Gordon|10`),
    ).toMatchObject({
      entity: "transaction",
      defaults: { transactionKind: "gift" },
    });
  });

  it("recognises a log of visits", () => {
    const found = table(
      "Visits",
      `Date of Visit|Client|Sales Rep|Purpose|Outcome
2025-01-25|Marcia Brown|Kerry|Follow up|Order placed
2025-01-26|Devon Gordon|Kerry|Delivery|Not in`,
    );
    expect(found).toMatchObject({
      entity: "interaction",
      load: "append",
      defaults: { interactionKind: "visit" },
      columns: {
        "Date of Visit": "date",
        Client: "customer.name",
        "Sales Rep": "agent",
        Purpose: "subject",
        Outcome: "outcome",
      },
    });
  });

  it("recognises campaign figures", () => {
    const found = table(
      "Ads",
      `Campaign name|Impressions|Link clicks|Amount spent (USD)|Starts|Ends\nEaster|1000|20|50.00|2025-03-01|2025-03-20`,
    );
    expect(found).toMatchObject({
      entity: "campaign",
      columns: {
        "Campaign name": "name",
        Impressions: "impressions",
        "Link clicks": "clicks",
        "Amount spent (USD)": "spend",
      },
    });
  });

  it("reads Spanish headers", () => {
    const found = table(
      "Clientes",
      `Código|Nombre|Apellido|Teléfono|Correo electrónico|Ciudad\n1|Ana|Pérez|876-926-1234|ana@x.com|Kingston\n2|Luis|Gómez|876-926-1235|luis@x.com|May Pen`,
    );
    expect(found.columns).toMatchObject({
      Nombre: "givenName",
      Apellido: "familyName",
      Teléfono: "phones",
      "Correo electrónico": "emails",
      Ciudad: "locality",
    });
  });

  it("takes the firm for the customer and the contact for how to reach it", () => {
    const found = table(
      "Accounts",
      `Company|Contact Person|Telephone\nIsland Traders Ltd|Ann Reid|876-926-1234\nBrown's Hardware|Joe Brown|876-926-1235`,
    );
    expect(found.columns).toEqual({ Company: "orgName", "Contact Person": "givenName", Telephone: "phones" });
  });

  it("leaves tables alone that hold nothing it knows", () => {
    expect(table("Rota", `Shift|Hours\nA|8\nB|6`).entity).toBe("ignore");
    expect(recogniseTable({ title: "", columns: [], sample: [], pack }).mapping.entity).toBe("ignore");
    expect(recogniseTable({ title: "x", columns: ["", ""], sample: [["", ""]], pack }).mapping.entity).toBe("ignore");
  });

  it("decides day-first or month-first by the whole table, and by custom where nothing shows", () => {
    const sales = (dates: readonly string[], country = "jm") =>
      recogniseTable({
        title: "Sales",
        columns: ["Date", "Customer", "Amount"],
        sample: dates.map((date) => [date, "Ann Reid", "5"]),
        pack: packOf(country),
      }).mapping.dateOrder;
    expect(sales(["03/04/2025", "25/04/2025"])).toBe("dmy");
    expect(sales(["03/04/2025", "04/25/2025"])).toBe("mdy");
    expect(sales(["03/04/2025"])).toBe("dmy");
    expect(sales(["03/04/2025"], "us")).toBe("mdy");
    expect(sales(["2025-04-03"])).toBeNull();
  });

  it("keys customers without an id column by an address that tells them apart", () => {
    const found = table("Mailing list", `Name|Email\nAnn Reid|ann@x.com\nJoe Brown|joe@x.com`);
    expect(found.id).toBe("Email");
  });
});
