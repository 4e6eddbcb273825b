import type { OAuthGrant } from "#core";
import { z } from "zod";

/**
 * Settings of one spreadsheet; sign in by a service account's key file, as a user (client and refresh token), or by an
 * access token.
 */
export const googleSheetsSettings = z
  .strictObject({
    spreadsheet_id: z.string().regex(/^[A-Za-z0-9_-]+$/, "the id in the sheet's address"),
    service_account_file: z.string().optional(),
    access_token: z.string().min(1).optional(),
    client_id: z.string().min(1).optional(),
    client_secret: z.string().min(1).optional(),
    refresh_token: z.string().min(1).optional(),
    base_url: z.url().default("https://sheets.googleapis.com"),
    drive_base_url: z.url().default("https://www.googleapis.com"),
    /** Where a person lets the application in. */
    authorize_url: z.url().default("https://accounts.google.com/o/oauth2/v2/auth"),
    token_url: z.url().default("https://oauth2.googleapis.com/token"),
  })
  .refine((settings) => waysIn(settings) === 1, {
    message: "give service_account_file, or access_token, or client_id with client_secret and refresh_token",
  })
  .refine((settings) => settings.refresh_token === undefined || settings.client_id !== undefined, {
    message: "refresh_token needs client_id",
    path: ["client_id"],
  });

/** A refresh token makes access tokens itself: one that is given beside it is only the first. */
function waysIn(settings: {
  readonly service_account_file?: string | undefined;
  readonly access_token?: string | undefined;
  readonly refresh_token?: string | undefined;
}): number {
  const { service_account_file: file, access_token: access, refresh_token: refresh } = settings;
  return [file, refresh ?? access].filter((way) => way !== undefined).length;
}

/** Validated settings. */
export type GoogleSheetsSettings = z.infer<typeof googleSheetsSettings>;

/** What may be asked for: reading sheets, and when a file changed. */
export const SCOPES =
  "https://www.googleapis.com/auth/spreadsheets.readonly https://www.googleapis.com/auth/drive.metadata.readonly";

/** The sign-in of a user; null with a service account, a token, or no application of one's own. */
export function googleGrant(settings: Readonly<Record<string, unknown>>): OAuthGrant | null {
  const given = ["service_account_file", "access_token", "refresh_token"].some((name) => settings[name] !== undefined);
  if (given || typeof settings["client_id"] !== "string") return null;
  const whole = googleSheetsSettings.safeParse({ ...settings, refresh_token: "-" });
  if (!whole.success) return null;
  return {
    authorizeUrl: whole.data.authorize_url,
    tokenUrl: whole.data.token_url,
    scope: SCOPES,
    // Without these Google gives no refresh token.
    parameters: { access_type: "offline", prompt: "consent" },
    clientAuth: "body",
  };
}
