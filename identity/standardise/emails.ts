import { sortedUnique, tidy } from "../text.ts";

/** E-mail addresses found in cells, and what was odd. */
export interface EmailsResult {
  /** Lower case, valid, sorted, distinct. */
  readonly emails: readonly string[];
  /** `email_invalid`, `email_placeholder`. */
  readonly notes: readonly string[];
}

const ADDRESS = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/;
/** One address and nothing around it. */
const PLAIN = /^[a-z0-9_+-][a-z0-9._+-]*@[a-z0-9.-]*[a-z0-9]$/;
const FILLER_LOCAL =
  /^(?:test\d*|none|no|na|n\.a|noemail|no-?mail|no\.email|nil|null|x+|asdf+|abc|nobody|unknown|dummy|email|noone|sample)$/;
const FILLER_DOMAIN =
  /^(?:test|example|none|noemail|nomail|no|na|email|xxx|asdf|domain|sample|company)\.(?:com|org|net)$/;

/** Reads every e-mail address of one or more cells ("A@b.com; c@d.com", "Name <a@b.com>", "mailto:…"). */
export function normaliseEmails(cells: string | readonly string[]): EmailsResult {
  const emails: string[] = [];
  const notes = new Set<string>();
  for (const cell of typeof cells === "string" ? [cells] : cells) {
    const plain = tidy(cell).toLowerCase();
    if (plain === "") continue;
    if (PLAIN.test(plain)) {
      take(plain, emails, notes);
      continue;
    }
    const pieces = plain
      .split(/[\s,;|<>()[\]"]+|\/(?=\S*@)/)
      .map((piece) => piece.replace(/^mailto:/, "").replace(/\?.*$/, ""))
      .map((piece) => piece.replace(/^[.:']+|[.:']+$/g, ""))
      .filter((piece) => piece.includes("@"));
    if (pieces.length === 0) notes.add("email_invalid");
    for (const piece of pieces) take(piece, emails, notes);
  }
  return { emails: emails.length < 2 ? emails : sortedUnique(emails), notes: [...notes].sort() };
}

function take(piece: string, emails: string[], notes: Set<string>): void {
  if (!ADDRESS.test(piece) || piece.includes("..")) notes.add("email_invalid");
  else if (isFillerEmail(piece)) notes.add("email_placeholder");
  else emails.push(piece);
}

/** True for addresses typed to fill a required field ("test@test.com", "none@gmail.com"). */
export function isFillerEmail(email: string): boolean {
  const [local = "", domain = ""] = email.split("@");
  return FILLER_DOMAIN.test(domain) || FILLER_LOCAL.test(local);
}

// Mail hosts where anybody can have an address: sharing one says nothing.
const PUBLIC_HOSTS = new Set(
  (
    "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.ca ymail.com rocketmail.com hotmail.com hotmail.co.uk " +
    "outlook.com live.com msn.com icloud.com me.com mac.com aol.com protonmail.com proton.me gmx.com gmx.net mail.com " +
    "zoho.com cwjamaica.com flowja.com digicelgroup.com anbell.net infochan.com kasnet.com n5.com.jm comcast.net " +
    "verizon.net att.net sbcglobal.net bellsouth.net cox.net btinternet.com sky.com virginmedia.com rogers.com " +
    "sympatico.ca shaw.ca bell.net optusnet.com.au bigpond.com web.de t-online.de orange.fr free.fr"
  ).split(" "),
);

/** True for a domain of a public mail host. */
export function isPublicMailHost(domain: string): boolean {
  return PUBLIC_HOSTS.has(domain);
}
