import { z } from "zod";

const fields = z.record(z.string(), z.string());

/** One version of a site's markup: used where a page carries no structured data. */
export const selectorSet = z.strictObject({
  /** Name of this version of the markup, for notices. */
  version: z.string(),
  /** One element per listing. */
  item: z.string(),
  /** Field (`name, telephone, streetAddress, addressLocality, addressRegion, email, url, category`) to CSS selector
   * inside the item; `selector@attribute` takes an attribute. */
  fields,
  /** Link to the next page. */
  next: z.string().optional(),
});

/** Settings of one site. */
export const directorySettings = z.strictObject({
  start_urls: z.array(z.url()).min(1),
  /** Hosts that may be asked; default: those of start_urls. */
  allow_hosts: z.array(z.string()).optional(),
  selectors: z.array(selectorSet).default([]),
  /** Name of the terms under which the site may be read; kept with every record. */
  terms_policy: z.string().default("unreviewed"),
  /** Why personal data in it may be kept. */
  lawful_basis: z.string().default("legitimate_interest"),
  /** Days after which a record may no longer be kept. */
  retention_days: z.number().int().min(1).default(365),
  /** Pages per run. */
  max_pages: z.number().int().min(1).default(200),
});

/** Validated settings. */
export type DirectorySettings = z.infer<typeof directorySettings>;
/** One version of a site's markup. */
export type SelectorSet = z.infer<typeof selectorSet>;
