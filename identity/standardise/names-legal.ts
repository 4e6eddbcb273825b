import { words } from "../text.ts";

/*
 * Legal forms as they are written out and abbreviated, by the form they stand for: what a firm is called by law tells
 * little of who it is. Compiled for this project from public knowledge of company law (names as in ISO 20275); Apache-2.0.
 * Spelling is that of `fold`: lower-case ASCII, other scripts transliterated.
 */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  limited: [
    "ltd",
    "limited",
    "llc",
    "l.l.c.",
    "limited liability company",
    "pty ltd",
    "pty",
    "pte ltd",
    "pte",
    "pvt ltd",
    "pvt",
    "private limited",
    "proprietary limited",
    "gmbh",
    "gesellschaft mit beschrankter haftung",
    "bv",
    "b.v.",
    "bvba",
    "b.v.b.a",
    "besloten vennootschap",
    "srl",
    "s.r.l.",
    "s.r.l",
    "societa a responsabilita limitata",
    "sarl",
    "s.a.r.l.",
    "societe a responsabilite limitee",
    "societatea cu raspundere limitata",
    "sl",
    "s.l.",
    "sociedad limitada",
    "sp z o o",
    "sp. z o.o.",
    "spolka z ograniczona odpowiedzialnoscia",
    "spol s r o",
    "sro",
    "s.r.o.",
    "ooo",
    "obshchestvo s ogranichennoy otvetstvennostyu",
    "obshchestvo s ogranichennoi otvetstvennostiu",
    "tov",
    "kft",
    "korlatolt felelossegu tarsasag",
    "drustvo s ogranicenom odgovornoscu",
    "anpartsselskab",
    "fze",
    "fzco",
    "doo",
    "d.o.o.",
    "oy",
    "aps",
    "limitada",
    "ltda",
    "lda",
    "s de rl de cv",
    "s. de r.l. de c.v.",
    "kg",
    "gmbh co kg",
    "co ltd",
    "company limited",
    "sas",
    "s.a.s.",
    "eood",
    "ood",
    "sia",
    "uab",
  ],
  public: [
    "plc",
    "p.l.c.",
    "public limited company",
    "ag",
    "aktiengesellschaft",
    "sa",
    "s.a.",
    "societe anonyme",
    "sociedad anonima",
    "sociedade anonima",
    "sa de cv",
    "s.a. de c.v.",
    "spa",
    "s.p.a.",
    "societa per azioni",
    "nv",
    "n.v.",
    "naamloze vennootschap",
    "as",
    "a/s",
    "ab",
    "aktiebolag",
    "asa",
    "oyj",
    "osakeyhtio",
    "aktieselskab",
    "aksjeselskap",
    "anonim sirketi",
    "kabushiki kaisha",
    "zrt",
    "nyrt",
    "oao",
    "ao",
    "zao",
    "pao",
    "jsc",
    "ojsc",
    "cjsc",
    "pjsc",
    "joint stock company",
    "open joint stock company",
    "closed joint stock company",
    "public joint stock company",
    "aktsionernoe obshchestvo",
    "otkrytoe aktsionernoe obshchestvo",
    "se",
    "kgaa",
    "tbk",
    "bhd",
    "berhad",
    "sdn bhd",
    "pt",
    "p.t.",
    "kk",
    "k.k.",
    "ad",
    "dd",
    "obshchestvo",
  ],
  incorporated: ["inc", "incorporated", "corp", "corporation", "co", "company", "cie", "compagnie", "compania"],
  partnership: ["lp", "l.p.", "llp", "l.l.p.", "limited partnership", "limited liability partnership", "partnership"],
};

interface Form {
  readonly form: string;
  readonly parts: readonly string[];
}

// Longest first, so that "open joint stock company" is not taken for a company.
const PHRASES: readonly Form[] = Object.entries(FORMS)
  .flatMap(([form, texts]) => texts.map((text) => ({ form, parts: words(text) })))
  .sort((a, b) => b.parts.length - a.parts.length);

const BY_HEAD = new Map<string, Form[]>();
for (const phrase of PHRASES) {
  const head = phrase.parts[0] ?? "";
  const list = BY_HEAD.get(head);
  if (list === undefined) BY_HEAD.set(head, [phrase]);
  else list.push(phrase);
}

/** A firm's words without its legal forms, and the forms. A name that is nothing but a form keeps its words. */
export function splitLegalForms(list: readonly string[]): {
  readonly core: readonly string[];
  readonly forms: readonly string[];
} {
  const core: string[] = [];
  const forms: string[] = [];
  for (let at = 0; at < list.length;) {
    const phrase = BY_HEAD.get(list[at] ?? "")?.find(({ parts }) => parts.every((part, n) => list[at + n] === part));
    // A single short word inside a name ("As Good As New") is a form only at either end.
    const isInside = at > 0 && at + 1 < list.length && !BY_HEAD.has(list[at + 1] ?? "");
    if (phrase === undefined || (phrase.parts.length === 1 && (phrase.parts[0] ?? "").length <= 2 && isInside)) {
      core.push(list[at] ?? "");
      at += 1;
    } else {
      forms.push(phrase.form);
      at += phrase.parts.length;
    }
  }
  return core.length === 0 ? { core: list, forms: [] } : { core, forms };
}
