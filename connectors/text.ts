/** Members may be missing or undefined while an object is put together. */
export type Loose<T> = {
  readonly [K in keyof T]: T[K] extends readonly (infer Item)[] | undefined
    ? readonly (Item | undefined)[] | undefined
    : T[K] | undefined;
};

const KEEP_EMPTY = new Set(["date", "amount", "name"]);

/**
 * The object without members that are undefined, blank text or lists without text; blanks and doubles are taken out of
 * lists. `date`, `amount` and `name` stay when they are given as empty text, because cleansing has to see them missing.
 */
export function compact<T extends object>(loose: Loose<T>): T {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(loose)) {
    if (Array.isArray(value)) {
      const items = [
        ...new Set(value.filter((item) => item !== undefined && (typeof item !== "string" || item.trim() !== ""))),
      ];
      if (items.length > 0) kept[name] = items;
    } else if (value !== undefined && (typeof value !== "string" || value.trim() !== "" || KEEP_EMPTY.has(name))) {
      kept[name] = value;
    }
  }
  return kept as T;
}
