import type { ColumnNumber } from "../prepare-extra.ts";
import type { CompareContext, Comparator } from "./context.ts";
import { missing, set, tell } from "./context.ts";
import { isSimilarWord } from "./strings.ts";

function bitsOf(word: string, context: CompareContext): number {
  return -Math.log2(context.frequencies.of("title", word));
}

/** Share (0 to 1) of the rarer words' worth that two lists of words have in common, and the worth itself in bits. */
function shared(
  left: readonly string[],
  right: readonly string[],
  context: CompareContext,
): { share: number; part: number; bits: number; clash: boolean } {
  let bits = 0;
  const rest = [...right];
  const lonely: string[] = [];
  let total = 0;
  for (const word of left) {
    total += bitsOf(word, context);
    let at = rest.indexOf(word);
    if (at < 0 && !/\d/.test(word)) at = rest.findIndex((other) => !/\d/.test(other) && isSimilarWord(word, other));
    if (at < 0) lonely.push(word);
    else {
      bits += Math.min(bitsOf(word, context), bitsOf(rest[at] ?? "", context));
      rest.splice(at, 1);
    }
  }
  const other = right.reduce((sum, word) => sum + bitsOf(word, context), 0);
  // Two model numbers that differ are two models, whatever else is alike.
  const clash = lonely.some((word) => /\d/.test(word)) && rest.some((word) => /\d/.test(word));
  return {
    share: (2 * bits) / Math.max(1, total + other),
    part: bits / Math.max(1, Math.min(total, other)),
    bits,
    clash,
  };
}

const title: Comparator = (a, b, context, out) => {
  if (a.titleWords.length === 0 || b.titleWords.length === 0) return missing(out);
  const found = shared(a.titleWords, b.titleWords, context);
  const level =
    found.share > 0.98 ? 0 : found.clash ? (found.share >= 0.6 ? 3 : 4) : found.share >= 0.8 ? 1 : titleRest(found);
  const frequency = level <= 2 ? Math.min(0.01, Math.max(1 / context.frequencies.size ** 2, 2 ** -found.bits)) : 0;
  set(out, level, frequency);
  if (out.wanted) tell(out, a.titleWords.join(" "), b.titleWords.join(" "));
};

function titleRest({ share, part }: { readonly share: number; readonly part: number }): number {
  if (part >= 0.85 || share >= 0.65) return 2;
  return share >= 0.4 ? 3 : 4;
}

const authors: Comparator = (a, b, _context, out) => {
  if (a.authors.length === 0 || b.authors.length === 0) return missing(out);
  const rest = [...b.authors];
  let count = 0;
  for (const name of a.authors) {
    const at = rest.findIndex((other) => other === name || isSimilarWord(other, name));
    if (at < 0) continue;
    rest.splice(at, 1);
    count += 1;
  }
  const share = count / Math.min(a.authors.length, b.authors.length);
  set(out, share >= 0.99 ? 0 : share >= 0.4 ? 1 : 2, 0);
  if (out.wanted) tell(out, a.authors.join(" "), b.authors.join(" "));
};

const text: Comparator = (a, b, context, out) => {
  if (a.textWords.length < 3 || b.textWords.length < 3) return missing(out);
  const { share, part } = shared(a.textWords, b.textWords, context);
  set(out, share >= 0.6 ? 0 : part >= 0.6 ? 1 : part >= 0.3 ? 2 : 3, 0);
  if (out.wanted) tell(out, a.textWords.join(" "), b.textWords.join(" "));
};

function byColumn(
  left: readonly ColumnNumber[],
  right: readonly ColumnNumber[],
  level: (one: number, other: number) => number,
): number {
  let best = -1;
  for (const one of left) {
    const other = right.find(({ column }) => column === one.column) ?? (left.length === 1 ? right[0] : undefined);
    if (other !== undefined) best = Math.max(best, level(one.value, other.value));
  }
  return best;
}

const amount: Comparator = (a, b, _context, out) => {
  const level = byColumn(a.amounts, b.amounts, (one, other) => {
    const gap = Math.abs(one - other) / Math.max(1e-9, Math.abs(one), Math.abs(other));
    return gap <= 0.005 ? 0 : gap <= 0.15 ? 1 : gap <= 0.4 ? 2 : 3;
  });
  set(out, level, 0, a.amounts[0]?.value.toString() ?? "", b.amounts[0]?.value.toString() ?? "");
};

const year: Comparator = (a, b, _context, out) => {
  const level = byColumn(a.years, b.years, (one, other) => Math.min(2, Math.abs(one - other)));
  set(out, level, 0, a.years[0]?.value.toString() ?? "", b.years[0]?.value.toString() ?? "");
};

const category: Comparator = (a, b, _context, out) => {
  if (a.categoryWords.length === 0 || b.categoryWords.length === 0) return missing(out);
  const count = a.categoryWords.filter((word) => b.categoryWords.includes(word)).length;
  const share = count / Math.min(a.categoryWords.length, b.categoryWords.length);
  set(out, share >= 0.99 ? 0 : share > 0 ? 1 : 2, 0);
  if (out.wanted) tell(out, a.categoryWords.join(" "), b.categoryWords.join(" "));
};

/** Comparisons of things that are neither persons nor firms. */
export const ITEM_COMPARATORS: Readonly<Record<string, Comparator>> = {
  title,
  authors,
  text,
  amount,
  year,
  category,
};
