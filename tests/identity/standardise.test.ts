import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideEntityType,
  normaliseEmails,
  normalisePhones,
  parseAddress,
  parseDate,
  parseMoney,
  parseName,
} from "#identity";
import { jamaica as pack, packOf, recordOf } from "./support/people.ts";

const phones = (text: string): readonly string[] => normalisePhones(text, { pack }).phones;
const money = (text: string): string => {
  const { amount, currency, negative } = parseMoney(text, { pack, homeCurrency: "JMD" });
  return `${negative ? "-" : ""}${amount ?? "none"} ${currency ?? "none"}`;
};
const date = (text: string, order: "dmy" | "mdy" | null = null): string | null => parseDate(text, { order, pack }).date;

describe("telephone numbers", () => {
  it.each([
    ["876-926-1234", ["+18769261234"]],
    ["(876) 926 1234", ["+18769261234"]],
    ["926-1234", ["+18769261234"]],
    ["876-926-1234/5", ["+18769261234", "+18769261235"]],
    ["926-1234-6", ["+18769261234", "+18769261235", "+18769261236"]],
    ["926-1234 to 926-1236", ["+18769261234", "+18769261235", "+18769261236"]],
    ["T: 876 978-5678 F: 876 978-5679", ["+18769785678", "+18769785679"]],
    ["876-926-1234 or 876-926-9999", ["+18769261234", "+18769269999"]],
    ["876-926-1234 ext 5", ["+18769261234"]],
    ["0044 20 7946 0958", ["+442079460958"]],
    ["011 44 20 7946 0958", ["+442079460958"]],
    ["1 888 225 5295", ["+18882255295"]],
    ["658-207-6349, 305-555-2300", ["+13055552300", "+16582076349"]],
    ["310/246-1501", ["+13102461501"]],
    ["8769261234.0", ["+18769261234"]],
    ["876 926 1234 Ext. 101/102", ["+18769261234"]],
    ["+1-876-926-1234;ext=22", ["+18769261234"]],
    ["+1 (876) 926-1234", ["+18769261234"]],
    ["(876)926-1234-5 (876)926-6789", ["+18769261234", "+18769261235", "+18769266789"]],
    ["926-1234 thru 6", ["+18769261234", "+18769261235", "+18769261236"]],
    ["8.76926E+09", []],
    ["876-000-0000", []],
    ["n/a", []],
  ])("reads %s", (text, expected) => {
    expect(phones(text)).toEqual(expected);
  });

  it("says that it put the area code before a local number", () => {
    expect(normalisePhones("926-1234", { pack }).notes).toEqual(["area_inferred"]);
    expect(normalisePhones("8.76926E+09", { pack }).notes).toEqual(["phone_unreadable"]);
  });

  it("reads its own output again unchanged", () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 999 }), fc.integer({ min: 0, max: 9999 }), (block, line) => {
        const once = phones(`876 ${block} ${String(line).padStart(4, "0")}`);
        expect(normalisePhones(once, { pack }).phones).toEqual(once);
      }),
    );
  });
});

describe("e-mail addresses", () => {
  it.each([
    ["A.Brown@Gmail.com; sales@firm.com.jm", ["a.brown@gmail.com", "sales@firm.com.jm"]],
    ["Ann Brown <ann@x.org>", ["ann@x.org"]],
    ["mailto:ann@x.org", ["ann@x.org"]],
    ["a@b.com/c@d.com", ["a@b.com", "c@d.com"]],
    ["test@test.com", []],
    ["not an address", []],
    ["a@b", []],
  ])("reads %s", (text, expected) => {
    expect(normaliseEmails(text).emails).toEqual(expected);
  });
});

describe("money", () => {
  it.each([
    ["J$1,234.56", "1234.56 JMD"],
    ["JA$ 1,234", "1234.00 JMD"],
    ["US$50", "50.00 USD"],
    ["$1,234.5", "1234.50 JMD"],
    ["JMD 1,234.56", "1234.56 JMD"],
    ["1,234.56 USD", "1234.56 USD"],
    ["(1,000.00)", "-1000.00 JMD"],
    ["-5", "-5.00 JMD"],
    ["5.00-", "-5.00 JMD"],
    ["$5.00 CR", "-5.00 JMD"],
    ["1.234.567,89", "1234567.89 JMD"],
    ["0.1", "0.10 JMD"],
    ["90071992547409931.25", "90071992547409931.25 JMD"],
    ["1.005", "1.01 JMD"],
    ["100 XYZ", "100.00 none"],
    ["twelve", "none JMD"],
    ["12 Jan 2024", "none JMD"],
  ])("reads %s", (text, expected) => {
    expect(money(text)).toBe(expected);
  });

  it("is exact for every amount in cents", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (cents) => {
        const text = cents.toString().padStart(3, "0");
        const plain = `${text.slice(0, -2)}.${text.slice(-2)}`;
        const grouped = plain.replace(/\B(?=(\d{3})+(?=\.))/g, ",");
        expect(parseMoney(`J$${grouped}`, { pack, homeCurrency: "JMD" }).amount).toBe(plain);
      }),
    );
  });
});

describe("dates", () => {
  it.each([
    ["2024-03-09", null, "2024-03-09"],
    ["2024-03-09T10:00:00Z", null, "2024-03-09"],
    ["20240309", null, "2024-03-09"],
    ["09/03/2024", "dmy", "2024-03-09"],
    ["03/09/2024", "mdy", "2024-03-09"],
    ["25/12/2024", null, "2024-12-25"],
    ["12/25/2024", null, "2024-12-25"],
    ["12/25/2024", "dmy", null],
    ["9 March 2024", null, "2024-03-09"],
    ["Mar 9, 2024", null, "2024-03-09"],
    ["9th Mar '24", null, "2024-03-09"],
    ["9-Mar-24", null, "2024-03-09"],
    ["9 de marzo de 2024", null, "2024-03-09"],
    ["31/02/2024", "dmy", null],
    ["45000", null, null],
    ["soon", null, null],
  ] as const)("reads %s in order %s", (text, order, expected) => {
    expect(date(text, order)).toBe(expected);
  });

  it("takes the country's order where nothing decides, and says so", () => {
    expect(parseDate("03/04/2024", { pack }).notes).toEqual(["order_assumed"]);
    expect(parseDate("03/04/2024", { pack }).date).toBe("2024-04-03");
    expect(parseDate("03/04/2024", { pack: packOf("us") }).date).toBe("2024-03-04");
  });
});

describe("names of persons", () => {
  const name = (text: string): string => {
    const { titles, given, middle, family, suffix } = parseName(text, { pack });
    return [titles.join("+"), given, middle, family, suffix].map((part) => part ?? "").join("|");
  };
  it.each([
    ["Marcia Brown", "|Marcia||Brown|"],
    ["Brown, Marcia A.", "|Marcia|A|Brown|"],
    ["Rev. Dr. Devon Campbell", "rev+dr|Devon||Campbell|"],
    ["DEVON CAMPBELL JR.", "|Devon||Campbell|jr"],
    ["Klein, Morris II", "|Morris||Klein|ii"],
    ["Ana de la Cruz", "|Ana||de la Cruz|"],
    ["Shelly-Ann Fraser-Pryce", "|Shelly-Ann||Fraser-Pryce|"],
    ['Robert "Bob" Marley', "|Robert||Marley|"],
    ["Mr & Mrs John Gordon", "mr+mrs|John||Gordon|"],
    ["John & Mary Gordon", "|John||Gordon|"],
    ["Keisha", "|Keisha|||"],
  ])("takes %s apart", (text, expected) => {
    expect(name(text)).toBe(expected);
  });
});

describe("addresses", () => {
  const address = (text: string): (string | null)[] => {
    const { unit, street, locality, region, regionCode, postcode } = parseAddress(text, { pack });
    return [unit, street, locality, region, regionCode, postcode];
  };
  it("finds unit, street, town and parish", () => {
    expect(address("Shop 12, 5 Barnett St, MoBay, St. James")).toEqual([
      "Shop 12",
      "5 Barnett St",
      "Montego Bay",
      "Saint James",
      "JM-08",
      null,
    ]);
  });
  it("takes a postal district as the town's, never as a parish", () => {
    expect(address("10 Hope Road, Kingston 6")).toEqual([null, "10 Hope Road", "Kingston", null, null, "Kingston 6"]);
    expect(address("10 Hope Road Kingston 6")).toEqual([null, "10 Hope Road", "Kingston", null, null, "Kingston 6"]);
  });
  it("gives the parish of a town that lies in one, and of no other", () => {
    expect(address("3 Ward Ave, Mandeville").slice(2, 5)).toEqual(["Mandeville", "Manchester", "JM-12"]);
    expect(address("3 Main Rd, Prospect").slice(2, 5)).toEqual(["Prospect", null, null]);
    expect(address("3 Main Rd, Prospect, Saint Mary").slice(2, 5)).toEqual(["Prospect", "Saint Mary", "JM-05"]);
  });
  it("keeps a post office box whole, and what stands behind it as the town", () => {
    expect(address("P.O. Box 123, Montego Bay, St James").slice(1, 4)).toEqual([
      "P.O. Box 123",
      "Montego Bay",
      "Saint James",
    ]);
    expect(address("PO Box 9 Kgn 5")).toEqual([null, "PO Box 9", "Kingston", null, null, "Kingston 5"]);
    expect(address("P.O.Box 55 Port Antonio, Portland").slice(1, 4)).toEqual([
      "P.O.Box 55",
      "Port Antonio",
      "Portland",
    ]);
    expect(address("10 Hope Road, P.O. Box 12, Kingston 6")[1]).toBe("10 Hope Road, P.O. Box 12");
  });
  it("takes the withdrawn code off a parish, and adds units up", () => {
    expect(address("Main Street, May Pen, Clarendon JMACE12").slice(2)).toEqual([
      "May Pen",
      "Clarendon",
      "JM-13",
      "JMACE12",
    ]);
    expect(address("Phase 2, Lot 233 Angels Estate, Spanish Town").slice(0, 2)).toEqual([
      "Phase 2, Lot 233",
      "Angels Estate",
    ]);
  });
  it("reads a town, state and zip code abroad", () => {
    expect(address("97 Grand Ave, Miami FL 33127")).toEqual([null, "97 Grand Ave", "Miami", "FL", null, "33127"]);
  });
});

describe("who a record is", () => {
  const typeOf = (fields: Parameters<typeof recordOf>[2]): string => recordOf("excel", "1", fields).entityType;
  it.each([
    [{ name: "Marcia Brown" }, "person"],
    [{ name: "Brown, Marcia" }, "person"],
    [{ name: "Dr. Marcia Brown" }, "person"],
    [{ givenName: "Marcia", familyName: "Brown" }, "person"],
    [{ givenName: "John", familyName: "Church" }, "person"],
    [{ name: "Brown's Hardware" }, "organisation"],
    [{ name: "Island Traders Ltd" }, "organisation"],
    [{ orgName: "Island Traders" }, "organisation"],
    [{ name: "Grace Baptist Church" }, "organisation"],
    [{ name: "Brown Holdings Ltd t/a Island Grill" }, "organisation"],
    [{ name: "Cash Customer" }, "not_a_customer"],
    [{ name: "WALK-IN" }, "not_a_customer"],
    [{ name: "Walk-in 3" }, "not_a_customer"],
    [{ name: "N/A", phones: ["876-926-1234"] }, "not_a_customer"],
  ])("takes %o for a %s", (fields, expected) => {
    expect(typeOf(fields)).toBe(expected);
  });

  it("keeps both names around 'trading as'", () => {
    const record = recordOf("excel", "1", { name: "Brown Holdings Ltd t/a Island Grill" });
    expect([record.orgName, record.tradingAs]).toEqual(["Brown Holdings Ltd", "Island Grill"]);
  });

  it("gives a probability between a half and one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (name) => {
        const clues = {
          name,
          givenName: null,
          familyName: null,
          orgName: null,
          birthDate: null,
          hasWebsite: false,
          emails: [],
          reachable: true,
        };
        const { probability } = decideEntityType(clues, pack);
        expect(probability).toBeGreaterThanOrEqual(0.5);
        expect(probability).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("a customer record", () => {
  it("is the same when its own output is standardised again", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(text, text, text, (phone, email, handle) => {
        const once = recordOf("excel", "1", {
          name: "Marcia Brown",
          phones: [phone],
          emails: [email],
          handles: [{ platform: "instagram", handle }],
        });
        const handles = once.handles.map((one) => ({
          platform: one.slice(0, one.indexOf(":")),
          handle: one.slice(one.indexOf(":") + 1),
        }));
        const twice = recordOf("excel", "1", {
          name: once.displayName,
          phones: once.phones,
          emails: once.emails,
          handles,
        });
        expect([twice.phones, twice.emails, twice.handles]).toEqual([once.phones, once.emails, once.handles]);
      }),
    );
  });

  it("keeps a tax number that lost its leading zeros in a spreadsheet, and forgets fillers", () => {
    expect(recordOf("excel", "1", { name: "A Ltd", taxId: "012-345-678" }).taxId).toBe("012345678");
    expect(recordOf("excel", "1", { name: "A Ltd", taxId: "12345678" }).taxId).toBe("012345678");
    expect(recordOf("excel", "1", { name: "A Ltd", taxId: "000-000-000" }).taxId).toBeNull();
  });
});
