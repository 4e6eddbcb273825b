import { z } from "zod";
import type { StreamState } from "#core";

const pageSchema = z.object({
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** `lastmod` of the sitemap when the page was read. */
  lastmod: z.string().nullable(),
  method: z.string().nullable(),
  /** Version (content hash) by listing id. */
  listings: z.record(z.string(), z.string()),
  next: z.array(z.string()),
});

const schema = z.object({
  v: z.literal(1),
  pages: z.record(z.string(), pageSchema),
  /** Until when the host is left alone after a challenge page. */
  blockedUntil: z.string().nullable(),
});

/** What is remembered of one page. */
export type PageState = z.infer<typeof pageSchema>;
/** What is remembered of a site. */
export type DirectoryState = z.infer<typeof schema>;

/** The state, or null when there is none or it cannot be used. */
export function parseState(state: StreamState | null): DirectoryState | null {
  const parsed = schema.safeParse(state);
  return parsed.success ? parsed.data : null;
}
