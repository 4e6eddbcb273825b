import { z } from "zod";
import { sourceKey } from "#core";
import type { CustomerFields, InteractionFields, MapContext, MapResult, SocialProfileFields } from "#core";
import { schemaRejected } from "../define.ts";
import { compact } from "../text.ts";

const count = z.union([z.number(), z.string()]).optional();
const profileSchema = z.looseObject({
  id: z.string().optional(),
  username: z.string().min(1),
  name: z.string().optional(),
  biography: z.string().optional(),
  website: z.string().optional(),
  followers_count: count,
  follows_count: count,
  media_count: count,
});
const postSchema = z.looseObject({
  id: z.string(),
  caption: z.string().optional(),
  permalink: z.string().optional(),
  media_type: z.string().optional(),
  timestamp: z.string().optional(),
  like_count: count,
  comments_count: count,
  __username: z.string(),
  __owner: z.string(),
});

const PLATFORM = "instagram";

/** A profile is a social profile and a customer record of its own; a post is an interaction of its owner. */
export function mapSocial(raw: unknown, context: MapContext): MapResult {
  return context.stream === "profiles" ? mapProfile(raw, context) : mapPost(raw, context);
}

/** A figure as text; one that is hidden stays absent and is never zero. */
function figure(value: number | string | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function mapProfile(raw: unknown, context: MapContext): MapResult {
  const parsed = profileSchema.safeParse(raw);
  if (!parsed.success) return schemaRejected(parsed.error);
  const row = parsed.data;
  return [
    compact<CustomerFields>({
      kind: "customer",
      name: row.name ?? row.username,
      website: row.website,
      handles: [{ platform: PLATFORM, handle: row.username }],
    }),
    compact<SocialProfileFields>({
      kind: "social_profile",
      platform: PLATFORM,
      username: row.username,
      platformUserId: row.id,
      name: row.name,
      biography: row.biography,
      website: row.website,
      followers: figure(row.followers_count),
      following: figure(row.follows_count),
      posts: figure(row.media_count),
      customer: { key: context.key },
    }),
  ];
}

function mapPost(raw: unknown, context: MapContext): MapResult {
  const parsed = postSchema.safeParse(raw);
  if (!parsed.success) return schemaRejected(parsed.error);
  const row = parsed.data;
  const owner = { source: "social", account: context.account, stream: "profiles", id: row["__owner"] };
  return [
    compact<InteractionFields>({
      kind: "interaction",
      interactionKind: "social_post",
      date: row.timestamp ?? "",
      channel: PLATFORM,
      direction: "out",
      subject: row.media_type?.toLowerCase(),
      content: row.caption,
      customer: { key: sourceKey(owner) },
      likes: figure(row.like_count),
      comments: figure(row.comments_count),
    }),
  ];
}
