import { z } from "zod";

/** Settings of one company, in the vendor's words. */
export const quickBooksSettings = z.strictObject({
  /** Long numbers are text: a number may have lost digits before it came here. */
  realm_id: z
    .union([z.string(), z.number().int().transform(String)])
    .pipe(z.string().regex(/^[\w-]+$/, "the company id is digits only")),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  refresh_token: z.string().min(1),
  /** Proves that a webhook is the vendor's; only needed where webhooks are taken. */
  webhook_verifier_token: z.string().min(1).optional(),
  base_url: z.url().default("https://quickbooks.api.intuit.com"),
  token_url: z.url().default("https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
});

/** Validated settings. */
export type QuickBooksSettings = z.infer<typeof quickBooksSettings>;
