import { z } from "zod";
import type { CustomerFields, MapContext, MapResult } from "#core";
import { schemaRejected } from "../define.ts";
import { compact } from "../text.ts";
import { typeNames } from "./types.ts";

const scalar = z.union([z.string(), z.number()]);
const textOrList = z.union([scalar, z.array(z.union([scalar, z.record(z.string(), z.unknown())]))]);
const part = z.union([scalar, z.array(scalar), z.record(z.string(), z.unknown())]).nullish();
const addressSchema = z.looseObject({
  streetAddress: part,
  postOfficeBoxNumber: part,
  addressLocality: part,
  addressRegion: part,
  postalCode: part,
  addressCountry: part,
});
const address = z.union([z.string(), addressSchema]);
const listingSchema = z.looseObject({
  name: textOrList.nullish(),
  legalName: textOrList.nullish(),
  telephone: textOrList.nullish(),
  email: textOrList.nullish(),
  url: z.unknown().optional(),
  sameAs: z.unknown().optional(),
  address: z.union([address, z.array(address)]).nullish(),
  geo: z.unknown().optional(),
  "@type": z.unknown().optional(),
});

/** A listing is an organisation that may become a customer. Descriptions, images and reviews are not taken. */
export function mapListing(raw: unknown, _context: MapContext): MapResult {
  if ((raw as { __noindex?: unknown } | null)?.__noindex === true) return { filtered: "noindex" };
  const parsed = listingSchema.safeParse(raw);
  if (!parsed.success) return schemaRejected(parsed.error);
  const row = parsed.data;
  const name = texts(row.name)[0] ?? texts(row.legalName)[0];
  const found = Array.isArray(row.address) ? row.address[0] : (row.address ?? undefined);
  const parts = typeof found === "object" ? found : undefined;
  const links = [...texts(row.url), ...texts(row.sameAs)];
  const place = row.geo as { latitude?: unknown; longitude?: unknown } | null | undefined;
  return [
    compact<CustomerFields>({
      kind: "customer",
      name,
      orgName: name,
      phones: texts(row.telephone),
      emails: texts(row.email).map((email) => email.replace(/^mailto:/i, "")),
      address: typeof found === "string" ? found : undefined,
      street: joined(parts?.streetAddress) ?? joined(parts?.postOfficeBoxNumber),
      locality: joined(parts?.addressLocality),
      region: joined(parts?.addressRegion),
      postcode: joined(parts?.postalCode),
      country: joined(parts?.addressCountry),
      website: links.find((link) => !socialHandle(link)),
      handles: links.flatMap((link) => socialHandle(link) ?? []),
      category: texts(row["category"])[0] ?? plainType(row["additionalType"]) ?? categoryOf(row["@type"]),
      latitude: texts(place?.latitude)[0],
      longitude: texts(place?.longitude)[0],
    }),
  ];
}

function texts(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap((item) => texts(item));
  if (value !== null && typeof value === "object") {
    const named = value as { "@value"?: unknown; name?: unknown };
    return texts(named["@value"] ?? named.name);
  }
  return [];
}

function joined(value: unknown): string | undefined {
  const parts = texts(value);
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** A further type in words; an address of a vocabulary says nothing to people. */
function plainType(value: unknown): string | undefined {
  return texts(value).find((text) => !/^https?:/i.test(text));
}

function categoryOf(type: unknown): string | undefined {
  const name = typeNames(type).find((candidate) => !/^(LocalBusiness|Organization|Corporation)$/.test(candidate));
  return name?.replace(/([a-z])([A-Z])/g, "$1 $2");
}

function socialHandle(link: string): { readonly platform: string; readonly handle: string } | null {
  const found =
    /^https?:\/\/(?:www\.|m\.)?(instagram|facebook|twitter|x|tiktok|linkedin)\.com\/(?:company\/|in\/)?@?([\w.-]+)\/?(?:\?.*)?$/i.exec(
      link,
    );
  if (found?.[1] === undefined || found[2] === undefined) return null;
  return { platform: found[1].toLowerCase() === "x" ? "twitter" : found[1].toLowerCase(), handle: found[2] };
}
