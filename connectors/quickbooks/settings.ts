import { z } from "zod";

/** Settings of one company, in the vendor's words. */
export const quickBooksSettings = z.strictObject({
  realm_id: z.string().regex(/^\d+$/, "the company id is digits only"),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  refresh_token: z.string().min(1),
  base_url: z.url().default("https://quickbooks.api.intuit.com"),
  token_url: z.url().default("https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
});

/** Validated settings. */
export type QuickBooksSettings = z.infer<typeof quickBooksSettings>;
