import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNames, mergePacks } from "#identity";
import { jamaica, packOf } from "./support/people.ts";

const lexicon = mergePacks([jamaica, packOf("us")]);
const person = (left: string, right: string) => compareNames(left, right, { lexicon, kind: "person" });
const firm = (left: string, right: string) => compareNames(left, right, { lexicon, kind: "organisation" });

describe("comparing names", () => {
  it.each([
    ["Bob Smith", "Robert Smith"],
    ["Lindo, Devon", "Devon Lindo"],
    ["J. Brown", "John Brown"],
    ["Dr. Marcia Reid", "Marcia Reid"],
    ["Mary-Ann Clarke", "Maryann Clark"],
    ["María García-López", "Maria Lopez"],
    ["Владимир Путин", "Vladimir Putin"],
    ["Sergey Viktorovich Lavrov", "Sergey Lavrov"],
    ["Muammar Gaddafi", "Moammar Qaddafi"],
    ["Pepe Ramirez", "Jose Ramirez"],
    ["Temitope Adebayo", "Temi Adebayo"],
    ["A.P.J. Kalam", "Avul Pakir Jainulabdeen Kalam"],
    ["李娜", "Li Na"],
    ["نجيب محفوظ", "Naguib Mahfouz"],
    ["Wi11iam Hughes", "William Hughes"],
  ])("takes %s and %s for one person's name", (left, right) => {
    expect(person(left, right).same).toBe(true);
  });

  it.each([
    ["John Brown Jr", "John Brown Sr"],
    ["John Smith", "Jane Smith"],
    ["William G. Frost", "William W Frost"],
    ["Andre Gordon", "Nadine Gordon"],
    ["习近朋", "习近平"],
    ["Paul Grant", "Paula Grant"],
    ["Christian Bauer", "Christina Bauer"],
    ["Hussein Qasim", "Hassan Qasim"],
    ["Ahmad bin Salim", "Salim bin Ahmad"],
    ["M. F.", "Mia Farrow"],
    ["Alan Grant", "Alana Grant"],
    ["محمد علي", "Mahmoud Ali"],
  ])("holds %s and %s apart", (left, right) => {
    expect(person(left, right).same).toBe(false);
  });

  it.each([
    ["Siemens Aktiengesellschaft", "Siemens AG"],
    ["OAO Gazprom", "Open Joint Stock Company Gazprom"],
    ["Smith Holdings Ltd t/a Corner Shop", "Corner Shop"],
    ["Goodwill Company", "Good Will Company"],
    ["People's Liberation Army", "PLA"],
    ["Procter & Gamble Co.", "Procter and Gamble"],
    ["Intl Freight Svcs", "International Freight Services"],
    ["Natl Assn of Brokers", "National Association of Brokers"],
    ["Müller und Söhne", "Mueller & Soehne GmbH"],
    ["Island Tile", "Island Tiles Ltd"],
    ["Red Hills Pharmacy", "Red Hills Phcy"],
    ["Tastee Limited", "Tastee Jamaica Ltd"],
    ["JPS Co", "Jamaica Public Service Company Limited"],
    ["Kingston Wharves Ltd", "Kingston Wharf"],
    ["Kwik Stop #12", "Kwik Stop No. 12"],
    ["Hotel 6 Floor 2", "Hotel 6 Floor 3"],
    ["Clinic 45 Oak Street", "Clinic 46 Oak Street"],
    ["Harbour Capital Fund 7", "Harbour Capital Fund 8"],
  ])("takes %s and %s for one firm's name", (left, right) => {
    expect(firm(left, right).same).toBe(true);
  });

  it.each([
    ["Kingston Hardware", "Kingston Bakery"],
    ["Bowne of Boston, Inc.", "Bowne of Chicago, Inc."],
    ["CDE Company", "A.B.C. Company"],
    ["Kingston Mfg Co", "Kingston Marketing Co"],
    ["IBM", "ICM"],
    ["Delta Dental", "Delta Rental"],
    ["Bank of Jamaica", "Bank of Nova Scotia Jamaica"],
    ["Fair #12", "Fair #14"],
    ["Pier 1 Imports", "Pier 2 Imports"],
    ["Island Pharmacy Store 1201", "Island Pharmacy Store 1304 Ltd"],
  ])("holds the firms %s and %s apart", (left, right) => {
    expect(firm(left, right).same).toBe(false);
  });

  it("knows a firm by its legal form where nothing says what the names are", () => {
    const found = compareNames("Szabo Kft.", "Szabo Korlátolt Felelősségű Társaság", { lexicon });
    expect(found).toMatchObject({ same: true });
  });

  it("is never sure that a name in Chinese characters is not another one's reading", () => {
    expect(person("山田太郎", "Yamada Taro").tier).not.toBe("STRONG");
    expect(person("王小明", "王小红").same).toBe(false);
  });

  it("is sure only where spelling leaves no doubt, and says why", () => {
    expect(firm("Royal Bank", "ROYAL  BANK")).toMatchObject({ tier: "STRONG", same: true });
    expect(person("J. Brown", "John Brown")).toMatchObject({
      tier: "MEDIUM",
      reason: expect.stringContaining("initial"),
    });
    expect(person("", "John Brown")).toMatchObject({ same: false, tier: "WEAK" });
  });

  it("does not care which name comes first, and takes a name for itself", () => {
    const name = fc.stringMatching(/^[A-Za-z&' .-]{1,30}$/);
    fc.assert(
      fc.property(name, name, (left, right) => {
        expect(person(left, right)).toEqual(person(right, left));
        expect(firm(left, right).probability).toBe(firm(right, left).probability);
        if (/[a-z]/i.test(left)) expect(person(left, left).same).toBe(true);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
