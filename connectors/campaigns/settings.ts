import { z } from "zod";

/** Settings of one mailing account. The key's last part names its data centre. */
export const campaignsSettings = z.strictObject({
  api_key: z.string().regex(/-[a-z]{2,4}\d+$/, "a key ends with its data centre, as in -us21"),
  base_url: z.url().optional(),
});

/** Validated settings. */
export type CampaignsSettings = z.infer<typeof campaignsSettings>;

/** Base address: the data centre's own. */
export function baseUrl(settings: CampaignsSettings): string {
  return settings.base_url ?? `https://${settings.api_key.replace(/^.*-/, "")}.api.mailchimp.com`;
}

/** Account id: never the key itself. */
export function accountOf(settings: CampaignsSettings): string {
  const host = new URL(baseUrl(settings)).host;
  return host.replace(/\.api\.mailchimp\.com$/, "");
}
