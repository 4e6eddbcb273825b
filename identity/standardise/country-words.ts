/** A name of a country, or of what belongs to it, word by word, and the word that stands for the country. */
export interface CountryPhrase {
  readonly parts: readonly string[];
  readonly country: string;
}

type Phrases = ReadonlyMap<string, readonly CountryPhrase[]>;

/** Names of countries by first word, longest first, so that "republic of china" is not taken for a republic and a country. */
export function countryPhrases(rows: readonly (readonly string[])[]): Phrases {
  const byHead = new Map<string, CountryPhrase[]>();
  for (const row of rows) {
    const country = (row[0] ?? "").replace(/ /g, "");
    for (const text of row) {
      const parts = text.split(" ");
      const list = byHead.get(parts[0] ?? "") ?? [];
      list.push({ parts, country });
      list.sort((a, b) => b.parts.length - a.parts.length);
      byHead.set(parts[0] ?? "", list);
    }
  }
  return byHead;
}

/** The words with every name of a country, and what belongs to it, as one word: "danish" is "denmark". */
export function withCountries(list: readonly string[], phrases: Phrases): readonly string[] {
  if (!list.some((word) => phrases.has(word))) return list;
  const found: string[] = [];
  for (let at = 0; at < list.length;) {
    const phrase = phrases.get(list[at] ?? "")?.find(({ parts }) => parts.every((part, n) => list[at + n] === part));
    found.push(phrase?.country ?? list[at] ?? "");
    at += phrase?.parts.length ?? 1;
  }
  return found;
}
