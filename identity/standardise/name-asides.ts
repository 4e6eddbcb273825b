import { tidy } from "../text.ts";

/** What stands before a name and is none: whose attention, whose estate, in whose care. */
const BEFORE =
  /^(?:c\/o|care of|attn\b\.?|attention\b|est\.|(?:the )?estate of|f\.?a\.?o\.?(?=[\s:]))[\s:.]*(?=\p{L})/iu;
/** What follows a name and belongs to somebody else: where the post goes, for whom it is held, in which office. */
const AFTER =
  /(?:\s+(?:c\/o|care of|i\.?t\.?f\.?|in trust for)\s.*|\s+[-–]\s+(?:accounts?|sales|finance|office|billing|purchasing|reception|admin\w*|manager|director|owner)\b.*)$/iu;
/** "Smith (Mrs) Jane": a family name, a title, and the rest. */
const TITLED = /^([\p{L}'’-]+)\s*\((mr|mrs|miss|ms|dr|rev|sir|prof)\.?\)\s*([\p{L}'’-].*)$/iu;
/** The second of two rows of one name: "John Brown 2". */
const NUMBERED = /^(\p{L}[\p{L}'’. -]*\p{L})\s+#?\d$/u;

/** Most names have nothing of it: one look is cheaper than all of them. */
const MARKED = /c\/o|care of|att|est|f\.?a\.?o|t\.?f\b|trust| [-–] |\(|\d$/i;

/** A person's name without what is written around it: "c/o", "Attn:", "Estate of", a post, a number of the row. */
export function withoutAsides(text: string): string {
  const whole = tidy(text);
  if (!MARKED.test(whole)) return whole;
  const bare = whole.replace(BEFORE, "");
  const head = bare.replace(AFTER, "");
  const plain = head.length < 3 ? bare : head;
  return plain.replace(TITLED, "$2 $3 $1").replace(NUMBERED, "$1");
}
