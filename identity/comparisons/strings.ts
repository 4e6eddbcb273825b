import { distance } from "fastest-levenshtein";

/** True where two words differ by what a slip of the finger or ear makes: one or two letters, or two swapped ones. */
export function isSimilarWord(left: string, right: string): boolean {
  if (left === right) return true;
  const longest = Math.max(left.length, right.length);
  const gap = Math.abs(left.length - right.length);
  if (longest < 4 || gap > 2) return false;
  const edits = distance(left, right);
  if (edits <= 1) return true;
  if (edits > 2) return false;
  if (longest >= 7 || (longest === 6 && left[0] === right[0])) return true;
  return gap === 0 && (isTransposed(left, right) || isScrambled(left, right));
}

// The same letters in another order ("Osrac"): hands that type too fast.
function isScrambled(left: string, right: string): boolean {
  return left.split("").sort().join("") === right.split("").sort().join("");
}

/** True where two neighbouring characters are swapped and nothing else differs. */
export function isTransposed(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return (
    at + 1 < left.length &&
    left[at] === right[at + 1] &&
    left[at + 1] === right[at] &&
    left.slice(at + 2) === right.slice(at + 2)
  );
}

/** True where two runs of digits (numbers, dates) differ in one digit or by a swap of neighbours. */
export function isNearNumber(left: string, right: string): boolean {
  if (left === right || Math.abs(left.length - right.length) > 1) return false;
  if (left.length < 5) return false;
  return isTransposed(left, right) || distance(left, right) === 1;
}

/** True where the shorter text is an abbreviation of the longer: its start, or its letters in order from the same start ("svcs"). */
export function isAbbreviation(short: string, long: string): boolean {
  if (short.length < 3 || short.length >= long.length || short[0] !== long[0]) return false;
  if (long.startsWith(short)) return true;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at += 1;
  return at === short.length && short.length <= 5 && long.length >= 6;
}
