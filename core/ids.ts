import { createHash } from "node:crypto";

/** The four parts that name one record everywhere. */
export interface SourceKeyParts {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly id: string;
}

/** `source:account:stream:id`, each part percent-encoded, so that the key can be taken apart again. */
export function sourceKey(parts: SourceKeyParts): string {
  return [parts.source, parts.account, parts.stream, parts.id].map(encodePart).join(":");
}

/** The parts of a key made by {@link sourceKey}. Throws a TypeError on anything else. */
export function parseSourceKey(key: string): SourceKeyParts {
  const [source, account, stream, id, ...rest] = key.split(":").map(decodeURIComponent);
  if (source === undefined || account === undefined || stream === undefined || id === undefined || rest.length > 0) {
    throw new TypeError(`not a source key: ${key}`);
  }
  return { source, account, stream, id };
}

function encodePart(part: string): string {
  return encodeURIComponent(part);
}

/** JSON with object keys sorted at every depth: equal content gives equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

/** SHA-256 of a text, hexadecimal, 64 characters. */
export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** SHA-256 of a value's canonical JSON. */
export function contentHash(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** Lower-case ASCII slug for topic names: letters, digits, `_` and `-`; anything else becomes `-`. */
export function slug(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return plain === "" ? `x${sha256(text).slice(0, 8)}` : plain;
}

/** The topic that carries a stream's raw records: `raw.<source>.<stream>`. */
export function rawTopic(source: string, stream: string): string {
  return `raw.${slug(source)}.${slug(stream)}`;
}

/** A partition for a key, stable on every machine: FNV-1a (32 bit) modulo the number of partitions. */
export function partitionFor(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) {
    hash ^= key.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash % partitions;
}

/** A customer id minted from the smallest source key of a cluster: `C` and 12 base-32 characters (60 bits). */
export function mintCustomerId(anchorKey: string): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const digest = createHash("sha256").update(anchorKey).digest();
  let id = "C";
  for (let i = 0; i < 12; i += 1) id += alphabet.charAt((digest[i] ?? 0) & 31);
  return id;
}
