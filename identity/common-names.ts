/** How common names are: share (0 to 1) of people who bear a given or family name, in lower-case ASCII. */
export interface CommonNames {
  readonly given: ReadonlyMap<string, number>;
  readonly family: ReadonlyMap<string, number>;
}

/** How many of ten thousand people bear a name. */
type Counts = Readonly<Record<string, number>>;

const PEOPLE = 10_000;
const known = new WeakMap<object, CommonNames>();

/** Shares from the counts of a pack or of settings; made once for each object. */
export function commonNames(lexicon: {
  readonly commonNames: { readonly given: Counts; readonly family: Counts };
}): CommonNames {
  const before = known.get(lexicon.commonNames);
  if (before !== undefined) return before;
  const tableOf = (counts: Counts): ReadonlyMap<string, number> =>
    new Map(Object.entries(counts).map(([name, count]) => [name, count / PEOPLE]));
  const { given, family } = lexicon.commonNames;
  const made = { given: tableOf(given), family: tableOf(family) };
  known.set(lexicon.commonNames, made);
  return made;
}
