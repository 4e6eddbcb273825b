import { describe, expect, it } from "vitest";
import { decideEntityType, explainPair, guessFieldMap, linkRecords } from "#identity";
import type { LinkRecord, LinkResult } from "#identity";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const town = smallTown(60);
const link = (records: readonly LinkRecord[]): Promise<LinkResult> =>
  linkRecords({ records: [...town.records, ...records], constraints: [], pack: jamaica, seed: 1 });
const clusterOf = (result: LinkResult, one: LinkRecord): string | undefined =>
  result.clusters.find(({ key }) => key === one.key)?.clusterAnchor;

function guess(columns: readonly string[], rows: readonly (readonly string[])[]): Readonly<Record<string, string>> {
  return guessFieldMap({ title: "list", columns, sample: rows, pack: jamaica }).map.fields;
}

describe("a list without a map", () => {
  it("is read by headers in other languages", () => {
    const german = guess(
      ["Firma", "Strasse", "PLZ", "Ort", "Telefon"],
      [
        ["Kabus Girschner GmbH", "Hauptstraße 12", "61765", "Görlitz", "0308103213"],
        ["Jessel & Co. OHG", "Ringweg 172", "69074", "Augsburg", "0304455667"],
      ],
    );
    expect(german).toEqual({
      Firma: "org_name",
      Strasse: "street",
      PLZ: "postcode",
      Ort: "locality",
      Telefon: "phone",
    });
    const french = guess(
      ["Prénom", "Nom", "Courriel", "Ville"],
      [
        ["Émilie", "Dubois", "emilie.dubois@orange.fr", "Lyon"],
        ["Jean", "Martin", "jpm@free.fr", "Paris"],
      ],
    );
    expect(french).toEqual({ Prénom: "given_name", Nom: "family_name", Courriel: "email", Ville: "locality" });
  });

  it("is read by its headers where it is no table of customers that anybody knows", () => {
    const rows = [
      ["J. Smith", "Acme", "Leeds"],
      ["Anna Lee", "", "York"],
    ];
    expect(guess(["Name", "Company", "City"], rows)).toEqual({
      Name: "any_name",
      Company: "org_name",
      City: "locality",
    });
  });

  it("takes the year of leaving school for that of birth, unless the year of birth is there to contradict it", () => {
    const people = [
      ["Marva Grant", "1994", "2 March 1976"],
      ["Errol Shaw", "2001", "19 May 1983"],
    ];
    const years = people.map(([name = "", year = ""]) => [name, year]);
    const alone = guessFieldMap({ title: "alumni", columns: ["Name", "Class of"], sample: years, pack: jamaica });
    expect(alone.map.fields["Class of"]).toBe("birth_year");
    expect(alone.notes.join()).toContain("Class of");
    expect(guess(["Name", "Class of", "Date of birth"], people)["Class of"]).not.toBe("birth_year");
  });

  it("has the column told that names its sources, but none that holds a value for each row", () => {
    const rows = Array.from({ length: 12 }, (_row, at) => [
      at % 2 === 0 ? "A" : "B",
      `Person ${at}`,
      `p${at}@gmail.com`,
    ]);
    const map = (list: readonly (readonly string[])[]): string | undefined =>
      guessFieldMap({ title: "list", columns: ["list", "name", "email"], sample: list, pack: jamaica }).map.source;
    expect(map(rows)).toBe("list");
    expect(map(rows.map(([, ...rest], at) => [`L${at}`, ...rest]))).toBeUndefined();
  });
});

describe("a name of a trade", () => {
  const plain = {
    givenName: null,
    familyName: null,
    orgName: null,
    birthDate: null,
    hasWebsite: false,
    emails: [],
    reachable: true,
  };
  const typeOf = (clues: Partial<Parameters<typeof decideEntityType>[0]>): string =>
    decideEntityType({ ...plain, name: null, ...clues }, jamaica).entityType;

  it("is a firm's where its contact is called otherwise, or its domain is called as it is", () => {
    expect(typeOf({ name: "Jason Roofing", givenName: "Diane", familyName: "Savage" })).toBe("organisation");
    expect(typeOf({ name: "John Insurance", emails: ["info@johninsurance.com"] })).toBe("organisation");
    expect(typeOf({ name: "Diane Savage", givenName: "Diane", familyName: "Savage" })).toBe("person");
    expect(typeOf({ name: "Mary Jones", emails: ["mary@maryjones.com"] })).toBe("person");
    expect(typeOf({ name: "Mary Jones", emails: ["info@hillcrestbakery.com"] })).toBe("person");
    expect(typeOf({ name: "John Church" })).toBe("person");
  });

  it("that is misspelt is a firm's that is reached as it is", async () => {
    const phones = ["876-555-0901"];
    const firm = recordOf("a", "w1", { name: "Weber Electrical Group", orgName: "Weber Electrical Group", phones });
    const slip = recordOf("b", "w2", { name: "Weber Electrcal", phones });
    const result = await link([firm, slip]);
    expect(clusterOf(result, slip)).toBe(clusterOf(result, firm));
  });

  it("is not what an owner bears whose firm is called after him", async () => {
    const phones = ["876-555-0902"];
    const firm = recordOf("a", "k1", { name: "Kerwin Brathwaite Ltd", orgName: "Kerwin Brathwaite Ltd", phones });
    const owner = recordOf("b", "k2", { name: "Kerwin Brathwaite", phones });
    const result = await link([firm, owner]);
    expect(clusterOf(result, owner)).not.toBe(clusterOf(result, firm));
  });
});

describe("people of one house", () => {
  const home = { street: "12 Hope Road", locality: "Kingston", phones: ["876-555-0903"] };

  it("stay two where the name of one stands turned round", async () => {
    const others = ["George", "Martha", "Delroy"].map((given, at) =>
      recordOf("a", `h${at}`, { name: `${given} Hill` }),
    );
    const turned = recordOf("b", "j1", { name: "Hill Julie", ...home });
    const partner = recordOf("a", "j2", { name: "Alan Hill", ...home });
    const result = await link([...others, turned, partner]);
    expect(clusterOf(result, turned)).not.toBe(clusterOf(result, partner));
    const weights = [explainPair(turned, partner, result.settings), explainPair(partner, turned, result.settings)];
    expect(weights[0]?.weight).toBeCloseTo(weights[1]?.weight ?? Number.NaN, 9);
  });

  it("are not one by mailboxes that differ in an initial, nor unattended by one that they share", async () => {
    const level = (result: LinkResult, a: LinkRecord, b: LinkRecord): string | undefined =>
      explainPair(a, b, result.settings).evidence.find(({ field }) => field === "email")?.level;
    const [one, two] = [
      recordOf("a", "c1", { name: "Clayton Burnside", emails: ["cburnside@gmail.com"] }),
      recordOf("b", "c2", { name: "Harriet Burnside", emails: ["hburnside@gmail.com"] }),
    ];
    const [his, hers] = [
      recordOf("a", "d1", { name: "Kenneth Norton", emails: ["gillian.norton@gmail.com"], ...home }),
      recordOf("b", "d2", { name: "Gillian Norton", emails: ["gillian.norton@gmail.com"], ...home }),
    ];
    const result = await link([one, two, his, hers]);
    expect(level(result, one, two)).toBe("different");
    expect(level(result, his, hers)).toBe("same");
    const auto = (record: LinkRecord): string | undefined =>
      result.clusters.find(({ key }) => key === record.key)?.autoAnchor;
    expect(auto(his)).not.toBe(auto(hers));
  });

  it("are not merged unattended where other given names stand by dates of birth that are nearly one", async () => {
    const emails = ["thelarmonds@gmail.com"];
    const [his, hers] = [
      recordOf("a", "e1", { name: "Winston Larmond", birthDate: "1985-03-04", emails, ...home }),
      recordOf("b", "e2", { name: "Sheryl Larmond", birthDate: "1985-04-03", emails, ...home }),
    ];
    const result = await link([his, hers]);
    expect(clusterOf(result, his)).toBe(clusterOf(result, hers));
    const [one, other] = [his, hers].map(({ key }) => result.clusters.find((row) => row.key === key)?.autoAnchor);
    expect(one).not.toBe(other);
  });

  it("are not taken for spellings of one name where one name begins as the other does", async () => {
    const given = (left: string, right: string, result: LinkResult): string | undefined =>
      explainPair(
        recordOf("a", "f1", { givenName: left, familyName: "Larmond" }),
        recordOf("b", "f2", { givenName: right, familyName: "Larmond" }),
        result.settings,
      ).evidence.find(({ field }) => field === "given name")?.level;
    const result = await link([]);
    expect(given("Paul", "Paula", result)).toBe("different");
    expect(given("Anna", "Annabelle", result)).toBe("different");
    expect(given("Temi", "Temitope", result)).toBe("similar");
  });
});
