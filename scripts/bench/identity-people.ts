import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { seededRandom } from "#core";

/** A list of people and firms that nobody is, as five sources of a small business would hold it. */
export interface MadePeople {
  readonly rows: number;
  readonly entities: number;
}

const COLUMNS =
  "record_id,source,display_name,company,first_name,last_name,email,phone,address,city,region,postcode,handle,tax_id,birth_date";
const SOURCES = ["quickbooks", "quickbooks", "quickbooks", "excel", "excel", "sheet", "sheet", "social", "directory"];
const FIRST =
  "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Karen Christopher Sarah Daniel Lisa Matthew Nancy Anthony Sandra Mark Ashley Donald Emily Steven Kimberly Andrew Donna Paul Michelle Joshua Carol Kenneth Amanda Kevin Melissa Brian Deborah George Stephanie Timothy Rebecca Ronald Laura Jason Helen Edward Sharon Jeffrey Cynthia Ryan Kathleen Jacob Amy Gary Angela Nicholas Shirley Eric Anna Jonathan Ruth Stephen Brenda Larry Pamela Justin Nicole Scott Katherine Brandon Virginia Benjamin Catherine Samuel Christine Gregory Debra Alexander Rachel Patrick Janet Frank Emma Raymond Carolyn Jack Maria Dennis Heather Devon Keisha Winston Shanice Delroy Latoya Errol Marcia Leroy Yvonne".split(
    " ",
  );
const NICKNAMES: Readonly<Record<string, string>> = {
  James: "Jim",
  Robert: "Bob",
  William: "Bill",
  Richard: "Rick",
  Michael: "Mike",
  Elizabeth: "Liz",
  Jennifer: "Jen",
  Patricia: "Pat",
  Christopher: "Chris",
  Katherine: "Kate",
  Anthony: "Tony",
  Samuel: "Sam",
};
const SYLLABLES =
  "ba bri car dal den el far gar hal har jen kel lan lor mar mor nel par quin ros san tal ver wil".split(" ");
const ENDINGS = "ton son ley man well field ford er worth by ham ner wood den rick sey kin land more dale".split(" ");
const TRADES =
  "Hardware Plumbing Bakery Motors Electrical Trading Supplies Pharmacy Construction Foods Farms Travel Tiles Paints Glass".split(
    " ",
  );
const LEGAL = ["Ltd", "Limited", "Inc", "Co.", "LLC", "& Sons", ""];
const STREET_TYPES = ["Road", "Street", "Avenue", "Lane", "Drive", "Crescent"];
const HOSTS = ["gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com"];
const AREAS = ["876", "658", "212", "718", "305", "416", "646", "917", "404", "713", "905", "312"];

type Random = () => number;

interface Entity {
  readonly firm: string | null;
  readonly first: string;
  readonly last: string;
  readonly phone: string;
  readonly email: string;
  readonly number: number;
  readonly street: string;
  readonly city: string;
  readonly region: string;
  readonly postcode: string;
  readonly birth: string;
  readonly tax: string;
}

/** Writes records until there are `rows` of them, with the truth beside them. The same seed writes the same files. */
export async function writePeople(
  files: { records: string; truth: string },
  rows: number,
  seed: number,
): Promise<MadePeople> {
  const random = seededRandom(seed);
  const maker = new Maker(random);
  const records = createWriteStream(files.records);
  const truth = createWriteStream(files.truth);
  records.write(`${COLUMNS}\n`);
  truth.write("record_id,cluster_id\n");
  let made = 0;
  let entities = 0;
  while (made < rows) {
    const entity = maker.entity();
    entities += 1;
    let [block, names] = ["", ""];
    for (let left = copies(random); left > 0 && made < rows; left -= 1) {
      const id = `r${String(made).padStart(8, "0")}`;
      block += `${id},${maker.row(entity)}\n`;
      names += `${id},e${entities}\n`;
      made += 1;
    }
    truth.write(names);
    if (!records.write(block)) await once(records, "drain");
  }
  await Promise.all([records, truth].map((stream) => new Promise((resolve) => stream.end(resolve))));
  return { rows: made, entities };
}

// A third of all customers stand once; the mean is about two and a half records.
function copies(random: Random): number {
  let count = 1;
  while (count < 11 && random() < 0.61) count += 1;
  return count;
}

class Maker {
  private readonly random: Random;
  private readonly surnames: readonly string[];
  private readonly streets: readonly string[];
  private readonly cities: readonly string[];

  constructor(random: Random) {
    this.random = random;
    this.surnames = this.names(30_000, 2);
    this.streets = this.names(6000, 1);
    this.cities = this.names(900, 1);
  }

  entity(): Entity {
    const [first, last] = [this.rare(FIRST), this.rare(this.surnames)];
    const city = this.rare(this.cities);
    const place = this.cities.indexOf(city);
    const login = this.random() < 0.7 ? `${first}.${last}` : `${first.slice(0, 1)}${last}`;
    const firm =
      this.random() < 0.22
        ? `${this.random() < 0.5 ? last : `${this.pick(this.streets)} ${this.pick(this.surnames)}`} ${this.pick(TRADES)} ${this.pick(LEGAL)}`.trim()
        : null;
    const day = (size: number): string => String(1 + Math.floor(this.random() * size)).padStart(2, "0");
    return {
      firm,
      first,
      last,
      phone: this.phone(),
      email: `${login}${this.random() < 0.6 ? this.digits(3) : ""}@${this.pick(HOSTS)}`.toLowerCase(),
      number: 1 + Math.floor(this.random() * 220),
      street: `${this.rare(this.streets)} ${this.pick(STREET_TYPES)}`,
      city,
      region: `Region ${1 + (place % 14)}`,
      postcode: String(10_000 + place * 7),
      birth: `${1940 + Math.floor(this.random() * 65)}-${day(12)}-${day(28)}`,
      tax: this.digits(9),
    };
  }

  /** One source's row of the entity, with what goes wrong there. */
  row(entity: Entity): string {
    const source = this.pick(SOURCES);
    const { random } = this;
    const isSocial = source === "social";
    const phone = isSocial ? "" : random() < 0.09 ? this.phone() : random() < 0.88 ? entity.phone : "";
    const email = random() < 0.62 ? (random() < 0.05 ? this.typo(entity.email) : entity.email) : "";
    const handle = isSocial ? `${entity.first}${entity.last}${random() < 0.5 ? this.digits(2) : ""}`.toLowerCase() : "";
    const cells = [
      source,
      ...this.nameCells(entity, source),
      email,
      phone === "" ? "" : this.writePhone(phone),
      ...this.addressCells(entity, !isSocial && random() < 0.75),
      handle,
      source === "quickbooks" && random() < 0.2 ? entity.tax : "",
      source === "excel" && entity.firm === null && random() < 0.4 ? entity.birth : "",
    ];
    return cells.map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",");
  }

  // Address, town, region, postcode.
  private addressCells(entity: Entity, isThere: boolean): string[] {
    const { random } = this;
    if (!isThere) return ["", random() < 0.2 ? entity.city : "", "", ""];
    const moved = random() < 0.08;
    const street = moved ? `${this.rare(this.streets)} ${this.pick(STREET_TYPES)}` : entity.street;
    const number = moved ? 1 + Math.floor(random() * 220) : entity.number;
    return [
      `${number} ${this.slip(street, 0.04)}`,
      entity.city,
      random() < 0.7 ? entity.region : "",
      random() < 0.45 ? entity.postcode : "",
    ];
  }

  // Display name, company, first and last name.
  private nameCells(entity: Entity, source: string): string[] {
    const { random } = this;
    if (entity.firm !== null) return [this.slip(entity.firm, 0.06), random() < 0.3 ? entity.firm : "", "", ""];
    const short = NICKNAMES[entity.first] ?? entity.first;
    const first =
      random() < 0.1 ? short : random() < 0.07 ? `${entity.first.slice(0, 1)}.` : this.slip(entity.first, 0.04);
    const last = this.slip(entity.last, 0.05);
    if (source === "excel") return random() < 0.04 ? ["", "", last, first] : ["", "", first, last];
    return [random() < 0.12 ? `${last}, ${first}` : `${first} ${last}`, "", "", ""];
  }

  private names(count: number, parts: number): string[] {
    const found = new Set<string>();
    while (found.size < count) {
      let name = "";
      for (let part = 0; part < parts + Math.floor(this.random() * 2); part += 1) name += this.pick(SYLLABLES);
      name += this.pick(ENDINGS);
      found.add(name.charAt(0).toUpperCase() + name.slice(1));
      // Syllables run out: numbers keep the names apart.
      if (found.size < count && this.random() < 0.001) found.add(`${name.charAt(0).toUpperCase()}${name.slice(1)}e`);
    }
    return [...found];
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] ?? list[0]!;
  }

  /** Some values are borne by many, most by few. */
  private rare<T>(list: readonly T[]): T {
    return list[Math.floor(list.length * this.random() ** 2.2)] ?? list[0]!;
  }

  private digits(size: number): string {
    return Array.from({ length: size }, () => Math.floor(this.random() * 10)).join("");
  }

  private phone(): string {
    return `${this.pick(AREAS)}${2 + Math.floor(this.random() * 8)}${this.digits(6)}`;
  }

  private writePhone(phone: string): string {
    const [area, exchange, line] = [phone.slice(0, 3), phone.slice(3, 6), phone.slice(6)];
    return this.pick([
      `(${area}) ${exchange}-${line}`,
      `${area}-${exchange}-${line}`,
      phone,
      `+1 ${area} ${exchange} ${line}`,
    ]);
  }

  private slip(text: string, share: number): string {
    return this.random() < share ? this.typo(text) : text;
  }

  // Two letters swapped, one left out, or one struck twice.
  private typo(text: string): string {
    const at = 1 + Math.floor(this.random() * Math.max(1, text.length - 2));
    const kind = this.random();
    const [before, one, two, after] = [text.slice(0, at), text.charAt(at), text.charAt(at + 1), text.slice(at + 2)];
    if (kind < 0.4) return `${before}${two}${one}${after}`;
    return kind < 0.7 ? `${before}${two}${after}` : `${before}${one}${one}${two}${after}`;
  }
}
