import type { OAuthGrant } from "#core";
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
  /** Where a person lets the application in. */
  authorize_url: z.url().default("https://appcenter.intuit.com/connect/oauth2"),
  token_url: z.url().default("https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"),
});

/** Validated settings. */
export type QuickBooksSettings = z.infer<typeof quickBooksSettings>;

/** The sign-in of a company's owner; with a refresh token none is needed. The vendor's answer names the company. */
export function quickBooksGrant(settings: Readonly<Record<string, unknown>>): OAuthGrant | null {
  if (typeof settings["refresh_token"] === "string" || typeof settings["client_id"] !== "string") return null;
  const whole = quickBooksSettings.safeParse({ realm_id: "0", client_secret: "-", refresh_token: "-", ...settings });
  if (!whole.success) return null;
  return {
    authorizeUrl: whole.data.authorize_url,
    tokenUrl: whole.data.token_url,
    // The only scope there is: it could write, this connector cannot.
    scope: "com.intuit.quickbooks.accounting",
    parameters: {},
    clientAuth: "basic",
    account: { parameter: "realmId", setting: "realm_id" },
  };
}
