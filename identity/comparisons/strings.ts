/**
 * Code of a character. Strings are of a dozen kinds within (flat, joined, cut, of one or two bytes), and a method that is
 * looked up on each of them anew costs more than what it does. To be asked within the text only: the code that is made for
 * it counts on that.
 */
export function codeAt(text: string, at: number): number {
  return String.prototype.charCodeAt.call(text, at);
}

/** True where two words differ by what a slip of the finger or ear makes: one or two letters, or two swapped ones. */
export function isSimilarWord(left: string, right: string): boolean {
  if (left === right) return true;
  const [size, otherSize] = [left.length, right.length];
  const longest = Math.max(size, otherSize);
  const gap = Math.abs(size - otherSize);
  if (longest < 4 || gap > 2) return false;
  const edits = fewEdits(left, right, size, otherSize);
  if (edits <= 1) return true;
  if (edits > 2) return false;
  if (longest >= 7 || (longest === 6 && left[0] === right[0])) return true;
  return gap === 0 && (isTransposed(left, right) || isScrambled(left, right));
}

/**
 * Letters put in, left out or written for another, up to the ends given; 3 for more than two. What both words begin and
 * end with is passed over: of what is left, one edit stands at the first letter and the other at the last, and all
 * between is equal.
 */
export function fewEdits(left: string, right: string, leftEnd: number, rightEnd: number): number {
  let from = 0;
  let [end, otherEnd] = [leftEnd, rightEnd];
  while (from < end && from < otherEnd && codeAt(left, from) === codeAt(right, from)) from += 1;
  while (end > from && otherEnd > from && codeAt(left, end - 1) === codeAt(right, otherEnd - 1)) {
    end -= 1;
    otherEnd -= 1;
  }
  const [size, otherSize] = [end - from, otherEnd - from];
  if (size === 0 || otherSize === 0) return Math.min(3, size + otherSize);
  if (size === 1 && otherSize === 1) return 1;
  return areTwoEdits(left, right, from, size, otherSize) ? 2 : 3;
}

// Letters that the edit at the front takes from either word; the edit at the end takes what is over.
function areTwoEdits(left: string, right: string, from: number, size: number, otherSize: number): boolean {
  const gap = size - otherSize;
  const next = from + 1;
  if (gap === 0)
    return (
      areEqual(left, next, right, next, size - 2) ||
      areEqual(left, next, right, from, size - 1) ||
      areEqual(left, from, right, next, size - 1)
    );
  if (gap > 2 || gap < -2) return false;
  const short = Math.min(size, otherSize);
  const [one, two] = gap > 0 ? [next, from] : [from, next];
  if (gap === 2 || gap === -2) return areEqual(left, one, right, two, short);
  return areEqual(left, next, right, next, short - 1) || areEqual(left, one, right, two, short - 1);
}

/** True where as many characters of one text from a place on are those of another from its own. */
export function areEqual(left: string, from: number, right: string, to: number, size: number): boolean {
  for (let at = 0; at < size; at += 1) if (codeAt(left, from + at) !== codeAt(right, to + at)) return false;
  return true;
}

// The same letters in another order ("Osrac"): hands that type too fast.
function isScrambled(left: string, right: string): boolean {
  return left.split("").sort().join("") === right.split("").sort().join("");
}

/** True where a short list holds a text. */
export function isIn(list: readonly string[], text: string): boolean {
  for (let at = 0; at < list.length; at += 1) if (list[at] === text) return true;
  return false;
}

/** True where two neighbouring characters are swapped and nothing else differs. */
export function isTransposed(left: string, right: string): boolean {
  const size = left.length;
  if (size !== right.length) return false;
  let at = 0;
  while (at < size && codeAt(left, at) === codeAt(right, at)) at += 1;
  return (
    at + 1 < size &&
    codeAt(left, at) === codeAt(right, at + 1) &&
    codeAt(left, at + 1) === codeAt(right, at) &&
    areEqual(left, at + 2, right, at + 2, size - at - 2)
  );
}

/** True where two runs of digits (numbers, dates) differ in one digit or by a swap of neighbours. */
export function isNearNumber(left: string, right: string): boolean {
  const [size, otherSize] = [left.length, right.length];
  if (size < 5 || Math.abs(size - otherSize) > 1 || left === right) return false;
  let at = 0;
  while (at < size && at < otherSize && codeAt(left, at) === codeAt(right, at)) at += 1;
  if (size !== otherSize) {
    const [short, long] = size < otherSize ? [left, right] : [right, left];
    return areEqual(long, at + 1, short, at, short.length - at);
  }
  // Looked at from the end: two that have nothing in common differ there too.
  let end = size - 1;
  while (end > at && codeAt(left, end) === codeAt(right, end)) end -= 1;
  if (end === at) return true;
  return end === at + 1 && codeAt(left, at) === codeAt(right, end) && codeAt(left, end) === codeAt(right, at);
}

/** True where the shorter text is an abbreviation of the longer: its start, or its letters in order from the same start ("svcs"). */
export function isAbbreviation(short: string, long: string): boolean {
  if (short.length < 3 || short.length >= long.length || short[0] !== long[0]) return false;
  if (long.startsWith(short)) return true;
  if (short.length > 5 || long.length < 6) return false;
  let at = 0;
  for (let letter = 0; letter < long.length && at < short.length; letter += 1)
    if (codeAt(long, letter) === codeAt(short, at)) at += 1;
  return at === short.length;
}
