import { z } from "zod";

/**
 * One version of a site's markup: used where a page carries no structured data. `item` selects one element per
 * listing; every other member is a field (`id, name, url, phone, email, website, address, street, locality, region,
 * postcode, category`) with a CSS selector inside the item. `selector@attribute` takes an attribute, `@attribute` one
 * of the item itself. `url` is the listing's own page, `website` the firm's.
 */
export const selectorSet = z
  .object({
    /** Name of this version of the markup, for notices. */
    version: z.string(),
    item: z.string(),
    /** Link to the next page. */
    next: z.string().optional(),
  })
  .catchall(z.string());

/** Settings of one site. */
export const directorySettings = z.strictObject({
  /** What the site is called in keys and reports; its host where absent. */
  account: z.string().optional(),
  start_urls: z.array(z.url()).min(1),
  /** Hosts that may be asked; default: those of start_urls. */
  allow_hosts: z.array(z.string()).optional(),
  selectors: z.array(selectorSet).default([]),
  /**
   * Whether a page's scripts are run in a browser: `never` (the default), `empty` for pages that list nothing without them, or
   * `always`. Needs playwright-core and Chromium.
   */
  render: z.enum(["never", "empty", "always"]).default("never"),
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
