import { fold, sortedUnique, tidy } from "../text.ts";

const NETWORKS: Readonly<Record<string, string>> = {
  "instagram.com": "instagram",
  "facebook.com": "facebook",
  "fb.com": "facebook",
  "twitter.com": "x",
  "x.com": "x",
  "tiktok.com": "tiktok",
  "linkedin.com": "linkedin",
  "youtube.com": "youtube",
};

/** A web address without scheme, "www." and trailing slash, lower-case host ("islandgrill.com/menu"); null when it is none. */
export function normaliseWebsite(text: string | undefined): string | null {
  const plain = tidy(text ?? "")
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/^www\./i, "")
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "");
  const found = /^([^/\s@]+\.[a-z]{2,24})(?::\d+)?(\/\S*)?$/i.exec(plain);
  if (found?.[1] === undefined) return null;
  return found[1].toLowerCase() + (found[2] ?? "");
}

/** The host of a standardised web address. */
export function hostOf(website: string): string {
  return website.split("/")[0] ?? website;
}

/** `platform:handle`, lower case, sorted; a profile's web address counts as its handle. */
export function normaliseHandles(
  handles: readonly { readonly platform: string; readonly handle: string }[],
  website: string | null,
): string[] {
  const found = handles.map(({ platform, handle }) => {
    const plain = fold(handle).replace(/^@+/, "").replace(/\s/g, "");
    const page = readProfile(plain);
    if (page !== null) return page;
    return plain === "" ? "" : `${fold(platform).replace(/\s/g, "") || "social"}:${plain}`;
  });
  const page = website === null ? null : readProfile(website);
  return sortedUnique(page === null ? found : [...found, page]);
}

function readProfile(text: string): string | null {
  const site = normaliseWebsite(text);
  const platform = site === null ? undefined : NETWORKS[hostOf(site)];
  const name = site
    ?.split("/")
    .filter((part) => !["in", "company", "pages", "profile.php"].includes(part))[1]
    ?.replace(/^@/, "");
  return platform === undefined || name === undefined || name === "" ? null : `${platform}:${name.toLowerCase()}`;
}

/** True where a web address is a profile on a social network, not a site of one's own. */
export function isProfilePage(website: string): boolean {
  return NETWORKS[hostOf(website)] !== undefined;
}
