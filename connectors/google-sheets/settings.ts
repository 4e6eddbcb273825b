import { z } from "zod";

/** Settings of one spreadsheet; sign in by a service account's key file or by an access token. */
export const googleSheetsSettings = z
  .strictObject({
    spreadsheet_id: z.string().regex(/^[A-Za-z0-9_-]+$/, "the id in the sheet's address"),
    service_account_file: z.string().optional(),
    access_token: z.string().min(1).optional(),
    base_url: z.url().default("https://sheets.googleapis.com"),
    drive_base_url: z.url().default("https://www.googleapis.com"),
    token_url: z.url().default("https://oauth2.googleapis.com/token"),
  })
  .refine((settings) => (settings.service_account_file === undefined) !== (settings.access_token === undefined), {
    message: "give either service_account_file or access_token",
  });

/** Validated settings. */
export type GoogleSheetsSettings = z.infer<typeof googleSheetsSettings>;
