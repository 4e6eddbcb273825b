import { z } from "zod";

/** Settings of one own professional account, through which public profiles are looked up by the official API. */
export const socialSettings = z.strictObject({
  access_token: z.string().min(1),
  /** Own Instagram user id. */
  user_id: z.string().regex(/^\d+$/),
  usernames: z.array(z.string().regex(/^@?[A-Za-z0-9._]{1,30}$/)).min(1),
  base_url: z.url().default("https://graph.facebook.com"),
  api_version: z
    .string()
    .regex(/^v\d+\.\d+$/)
    .default("v25.0"),
});

/** Validated settings. */
export type SocialSettings = z.infer<typeof socialSettings>;
