import { NICKNAMES } from "../data/names.ts";
import type { Rng } from "./random.ts";
import type { Entity } from "./types.ts";

/** A typing slip: two letters swapped, one dropped, doubled or hit beside. */
export function typo(r: Rng, text: string): string {
  if (text.length < 4) return text;
  const i = r.int(1, text.length - 2);
  const a = text.charAt(i);
  if (!/[a-z]/i.test(a)) return text;
  const kind = r.int(0, 3);
  if (kind === 0) return text.slice(0, i) + text.charAt(i + 1) + a + text.slice(i + 2);
  if (kind === 1) return text.slice(0, i) + text.slice(i + 1);
  if (kind === 2) return text.slice(0, i) + a + text.slice(i);
  return text.slice(0, i) + r.pick(["e", "a", "i", "o", "n", "r", "s"]) + text.slice(i + 1);
}

/** A person's name as one source has it. */
export interface PersonName {
  readonly given: string;
  readonly middle: string;
  readonly family: string;
  /** In the usual order. */
  readonly full: string;
}

/** How much a source garbles names: 0 as it is, 1 the usual. */
export type Noise = number;

/** A person's name with the slips and habits of the one who typed it. */
export function spellPerson(r: Rng, entity: Entity, noise: Noise): PersonName {
  let { given, family } = entity;
  let middle = r.chance(0.25) ? entity.middle : "";
  const nicknames = NICKNAMES[given];
  if (nicknames !== undefined && r.chance(0.12 * noise)) given = r.pick(nicknames);
  else if (r.chance(0.05 * noise)) given = `${given.charAt(0)}.`;
  else if (r.chance(0.052 * noise)) given = typo(r, given);
  if (middle !== "" && r.chance(0.6)) middle = `${middle.charAt(0)}.`;
  if (r.chance(0.06 * noise)) family = typo(r, family);
  if (family.includes("-") && r.chance(0.4)) family = family.replace("-", " ");
  // A married woman's hyphenated name is written with either half.
  if (entity.suffix !== "" && r.chance(0.75)) family = `${family} ${entity.suffix}`;
  const parts = [given, middle, family].filter((p) => p !== "");
  let full = parts.join(" ");
  if (r.chance(0.05 * noise)) full = `${family}, ${given}`;
  else if (r.chance(0.03 * noise)) full = `${family} ${given}`;
  else if (r.chance(0.052 * noise)) full = `${entity.sex === "f" ? r.pick(["Mrs.", "Miss", "Ms"]) : "Mr."} ${full}`;
  if (r.chance(0.05)) full = full.toUpperCase();
  return { given, middle, family, full };
}

const LEGAL: readonly (readonly [RegExp, readonly string[]])[] = [
  [/ Limited$/, [" Ltd", " Ltd.", " LTD", "", " (Jamaica) Ltd", " Ja. Ltd"]],
  [/ Company Ltd$/, [" Co. Ltd", " Co Ltd.", " Company Limited", ""]],
];

/** A firm's name with the slips and habits of the one who typed it. */
export function spellFirm(r: Rng, entity: Entity, noise: Noise): string {
  let name = entity.firm;
  if (entity.trade !== "" && r.chance(0.35)) {
    name = r.chance(0.5) ? `${name} ${r.pick(["t/a", "trading as", "T/A"])} ${entity.trade}` : entity.trade;
  }
  for (const [pattern, forms] of LEGAL)
    if (pattern.test(name) && r.chance(0.55)) name = name.replace(pattern, r.pick(forms));
  if (name.includes(" & ") && r.chance(0.3)) name = name.replace(" & ", " and ");
  if (name.includes("'s") && r.chance(0.25)) name = name.replace("'s", "s");
  if (r.chance(0.07 * noise)) name = typo(r, name);
  if (r.chance(0.06)) name = name.toUpperCase();
  return name;
}

/** Ten digits in one of the spellings of Jamaican telephone numbers. */
export function spellPhone(r: Rng, digits: string): string {
  const [a, b, c] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  const spellings = [
    `${a}-${b}-${c}`,
    `(${a}) ${b}-${c}`,
    `1${digits}`,
    `+1 ${a} ${b} ${c}`,
    `${a} ${b} ${c}`,
    `1-${a}-${b}-${c}`,
    digits,
    `+1${digits}`,
  ];
  if (a === "876" && r.chance(0.08)) return `${b}-${c}`;
  if (r.chance(0.02)) return `Tel: (${a}) ${b}-${c}`;
  if (r.chance(0.02)) return `${a}-${b}-${c} ext ${r.int(1, 40)}`;
  return r.pick(spellings);
}

/** A second line appended the way people do: `876-926-1234/5` or `... or ...`. */
export function withSecondLine(r: Rng, digits: string, second: string): string {
  const first = `${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`;
  return `${first} ${r.pick(["or", "/"])} ${second.slice(0, 3)}-${second.slice(3, 6)}-${second.slice(6)}`;
}

/** An e-mail address with another case or a slip. */
export function spellEmail(r: Rng, email: string): string {
  if (r.chance(0.08)) return email.charAt(0).toUpperCase() + email.slice(1);
  if (r.chance(0.02)) return email.replace(".com", ".con");
  return email;
}
