import { describe, expect, it } from "vitest";
import { parseAddress, readDates, readMoney, readNameCell, readPhones } from "#identity";
import { jamaica as pack, packOf } from "./support/people.ts";

describe("telephone numbers of a cell, one by one", () => {
  const e164 = (text: string, country = pack): (string | null)[] =>
    readPhones(text, { pack: country }).map((reading) => reading.e164);
  it.each([
    ["876-926-1234 / 978-5678", ["+18769261234", "+18769785678"]],
    ["658-207-6349 / 207-6350", ["+16582076349", "+16582076350"]],
    ["926-1234, 1235", ["+18769261234", "+18769261235"]],
    ["926-1234-1236", ["+18769261234", "+18769261235", "+18769261236"]],
    ["926-1234 to 6", ["+18769261234", "+18769261235", "+18769261236"]],
    ["8769261234 8769261235", ["+18769261234", "+18769261235"]],
    ["876-926-1234(w) 876-555-1111(c)", ["+18769261234", "+18765551111"]],
    ["+876 926 1234", ["+18769261234"]],
    ["0876 926 1234", ["+18769261234"]],
    ["8.769261234E+09", ["+18769261234"]],
    ["8.76926E+09", [null]],
    ["+44 (0)20 7946 0958", ["+442079460958"]],
    ["1-888-CALL-NOW", ["+18882255669"]],
    ["876-000-1234", [null]],
    ["call 876-926-1234 after 5pm", ["+18769261234"]],
  ])("reads %s in order", (text, expected) => {
    expect(e164(text)).toEqual(expected);
  });

  it("tells type, country, extension and what was inferred", () => {
    expect(readPhones("926-1234 ext 5", { pack })).toEqual([
      {
        e164: "+18769261234",
        valid: true,
        type: "FIXED_LINE",
        country: "JM",
        extension: "5",
        notes: ["area_inferred"],
      },
    ]);
    expect(readPhones("876-926-1234 ext 204 or 205", { pack }).map((one) => one.extension)).toEqual(["204 205"]);
    expect(readPhones("1 888 225 5295", { pack })[0]).toMatchObject({ type: "TOLL_FREE", country: "US" });
  });

  it("follows the pack of another country", () => {
    expect(e164("020 7946 0958", packOf("gb"))).toEqual(["+442079460958"]);
    expect(e164("736-5000", packOf("us"))).toEqual([null]);
    expect(e164("212-736-5000", packOf("us"))).toEqual(["+12127365000"]);
  });
});

describe("regions of addresses", () => {
  const region = (text: string): [string | null, string] => {
    const { region: found, notes } = parseAddress(text, { pack });
    return [found, notes.join()];
  };
  it.each([
    ["12 Hope Rd Kingston 10 St. Andrew Jamaica", "Saint Andrew"],
    ["28 Cedar Avenue Green Island Hanover", "Hanover"],
    ["Lot 23 Hope District, Bog Walk P.O.", "Saint Catherine"],
    ["3 King St, Anchovy, MoBay", "Saint James"],
    ["Mandeville, Manchester", "Manchester"],
    ["Bath P.O., St. Thomas", "Saint Thomas"],
    ["Stony Hill, KSA", "Saint Andrew"],
    ["12 Duke St, Kingston, Kingston", "Kingston"],
    ["P.O. Box 23, May Pen P.O., Clarendon", "Clarendon"],
    ["12 Main Street\nChristiana\nManchester", "Manchester"],
    ["Lot 5 Cherry District - Runaway Bay P.O. - St. Ann's Parish - JA", "Saint Ann"],
    ["18 Cedar Cl. Lucea Hanover Ja. W.I.", "Hanover"],
    ["12 - 14 Hope Road, Linstead, St. Cathrine", "Saint Catherine"],
    ["Apt. 5 Albert Town P.O.", "Trelawny"],
    ["Montego Bay 2, St James", "Saint James"],
    ["Runaway Bay P.O. Box 44 St Ann", "Saint Ann"],
  ])("%s", (text, expected) => {
    expect(region(text)[0]).toBe(expected);
  });

  it.each(["Kingston 10", "5 Hope Rd, KSAC", "Negril", "3 Main Rd, Prospect", "Kingston 10, Kingston"])(
    "%s is flagged and not guessed",
    (text) => {
      const [found, notes] = region(text);
      expect(found).toBeNull();
      expect(notes).toMatch(/^region_ambiguous: /);
    },
  );

  it("says when the town and the written region contradict each other", () => {
    expect(region("2 Main St, Mandeville, Saint James")).toEqual(["Saint James", "region_conflict"]);
  });

  it("takes districts for postcodes, plazas for streets, and foreign forms for their country", () => {
    const shop = parseAddress("Unit 3, Springs Plaza, 17 Constant Spring Rd, Kgn 10, W.I.", { pack });
    expect(shop).toMatchObject({ unit: "Unit 3", street: "Springs Plaza, 17 Constant Spring Rd" });
    expect(shop).toMatchObject({ locality: "Kingston", postcode: "Kingston 10", country: "JM" });
    expect(parseAddress("97 Grand Ave, Miami FL 33127", { pack })).toMatchObject({ region: "FL", country: "US" });
    expect(parseAddress({ locality: "Kingston", postcode: "10" }, { pack }).postcode).toBe("Kingston 10");
  });
});

describe("dates of a column", () => {
  it("are read in the order that one of them shows", () => {
    const day = readDates(["04/05/2024", "25/03/2024", ""], { pack });
    expect(day.dates.map(({ date }) => date)).toEqual(["2024-05-04", "2024-03-25", null]);
    expect(day.order).toBe("dmy");
    const month = readDates(["04/05/2024", "03/25/2024"], { pack });
    expect(month.dates).toEqual([
      { date: "2024-04-05", notes: [] },
      { date: "2024-03-25", notes: [] },
    ]);
  });

  it("say when nothing shows the order, and when the column contradicts itself", () => {
    expect(readDates(["04/05/2024"], { pack }).dates[0]).toEqual({ date: "2024-05-04", notes: ["order_assumed"] });
    const mixed = readDates(["25/03/2024", "26/03/2024", "03/27/2024", "04/05/2024"], { pack });
    expect(mixed.mixed).toBe(true);
    expect(mixed.dates[2]).toEqual({ date: "2024-03-27", notes: ["order_conflict"] });
    expect(mixed.dates[3]).toEqual({ date: "2024-05-04", notes: ["order_assumed"] });
  });

  it("are taken for a spreadsheet's days only where the whole column is such numbers", () => {
    expect(readDates(["45292", "45293"], { pack }).dates[0]).toEqual({ date: "2024-01-01", notes: ["serial_assumed"] });
    expect(readDates(["45292", "7"], { pack }).dates[0]?.date).toBeNull();
  });
});

describe("money of a column", () => {
  it.each([
    ["$5k", "5000.00", "JMD"],
    ["J$1.2 million", "1200000.00", "JMD"],
    ["500 dollars", "500.00", "JMD"],
    ["500 US dollars", "500.00", "USD"],
    ["$1,500/-", "1500.00", "JMD"],
    ["$1,500 only", "1500.00", "JMD"],
    ["12,50", "12.50", "JMD"],
    ["€15,50", "15.50", "EUR"],
    ["1,23,456", "123456.00", "JMD"],
    ["J$ 12,500.-", "12500.00", "JMD"],
    ["US $20.50", "20.50", "USD"],
    ["US 50", "50.00", "USD"],
    ["1,234.56 US", "1234.56", "USD"],
    ["BBD$20", "20.00", "BBD"],
    ["A$5", "5.00", "AUD"],
    ["¥1200", "1200.00", "JPY"],
    ["J$1,234.56 (incl. GCT)", "1234.56", "JMD"],
    ["$5 (USD)", "5.00", "USD"],
    ["$500.00*", "500.00", "JMD"],
    ["approx. 500", "500.00", "JMD"],
    ["50 cents", "0.50", "JMD"],
  ])("reads %s", (text, amount, currency) => {
    expect(readMoney(text, { pack, homeCurrency: "JMD" })).toMatchObject({ amount, currency });
  });
});

describe("credits", () => {
  it.each(["50.00 Cr.", "50.00-CR", "(50.00)", "(J$50.00)", "50.00-", "$-50"])("are negative: %s", (text) => {
    expect(readMoney(text, { pack, homeCurrency: "JMD" })).toMatchObject({ amount: "50.00", negative: true });
  });
});

describe("a cell with a name", () => {
  it.each([
    ["Brown Holdings Ltd t/a Island Grill", "organisation", "Brown Holdings Ltd", "limited", "Island Grill"],
    ["Grace Kennedy & Co. Ltd", "organisation", "Grace Kennedy & Co. Ltd", "company limited", null],
  ])("%s", (text, entityType, orgName, legalForm, tradingAs) => {
    expect(readNameCell(text, { pack })).toMatchObject({ entityType, orgName, legalForm, tradingAs });
  });

  it("tells people, sole traders and nobody apart", () => {
    expect(readNameCell("Brown, Marcia", { pack })).toMatchObject({ givenName: "Marcia", familyName: "Brown" });
    expect(readNameCell("Marcia Brown t/a Marcia's Bar", { pack })).toMatchObject({
      entityType: "person",
      givenName: "Marcia",
      tradingAs: "Marcia's Bar",
    });
    expect(readNameCell("Cash Customer", { pack })).toMatchObject({ entityType: "not_a_customer", orgName: null });
  });
});
