import { stamp, utcStamp } from "../world/calendar.ts";
import type { Post, Profile } from "../world/profiles.ts";
import { json, startVendor, type Answer, type Vendor } from "./http.ts";
import { today, type Sample } from "./sample.ts";

/** The company's own account and its token. */
export const SOCIAL = { userId: "17841405309211844", token: "EAAGsampleLongLivedUserToken" };

const PAGE = 25;

function fault(status: number, code: number, message: string, subcode?: number): Answer {
  const error = {
    message,
    type: "OAuthException",
    code,
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    fbtrace_id: "AsampleTrace0001",
  };
  return json(status, { error });
}

function media(post: Post): object {
  return {
    id: post.id,
    caption: post.caption,
    media_type: post.type,
    permalink: `https://www.instagram.com/p/${Buffer.from(post.id).toString("base64url").slice(-11)}/`,
    timestamp: utcStamp(post.day, post.minute).replace("+00:00", "+0000"),
    // Missing, not zero, where the owner hides likes.
    ...(post.likes === null ? {} : { like_count: post.likes }),
    comments_count: post.comments,
  };
}

const cursor = (post: Post | undefined): string => Buffer.from(`c:${post?.id ?? ""}`).toString("base64url");

function mediaPage(posts: readonly Post[], limit: number, after: string | undefined): object {
  const start = after === undefined ? 0 : posts.findIndex((p) => cursor(p) === after) + 1;
  const page = posts.slice(start, start + limit);
  const more = start + limit < posts.length;
  const before = start > 0 ? { before: cursor(page[0]) } : {};
  const paging =
    more || start > 0 ? { paging: { cursors: { ...before, ...(more ? { after: cursor(page.at(-1)) } : {}) } } } : {};
  return { data: page.map(media), ...paging };
}

const FIELD: Readonly<Record<string, (profile: Profile, posts: readonly Post[]) => unknown>> = {
  id: (p) => p.id,
  username: (p) => p.username,
  name: (p) => p.name,
  biography: (p) => p.biography,
  website: (p) => (p.website === "" ? undefined : p.website),
  followers_count: (p) => p.followers,
  follows_count: (p) => p.follows,
  media_count: (_p, posts) => posts.length,
};

function discover(profile: Profile, inner: string, day: number): Answer {
  const posts = profile.posts.filter((p) => p.day <= day);
  const answer: Record<string, unknown> = {};
  const found = /media(?<mods>(?:\.\w+\([^)]*\))*)(?:\{(?<fields>[^}]*)\})?/.exec(inner.replaceAll("media_count", ""));
  const names = inner.replace(/media(?:\.\w+\([^)]*\))*(?:\{[^}]*\})/, "").split(",");
  for (const name of names.map((n) => n.trim()).filter((n) => n !== "" && n !== "media")) {
    const read = FIELD[name];
    if (read === undefined)
      return fault(400, 100, `(#100) Tried accessing nonexisting field (${name}) on node type (ShadowIGUser)`);
    answer[name] = read(profile, posts);
  }
  if (found !== null) {
    const mods = found.groups?.["mods"] ?? "";
    const limit = Number(/\.limit\((\d+)\)/.exec(mods)?.[1] ?? PAGE);
    answer["media"] = mediaPage(posts, Math.min(50, limit), /\.after\(([^)]*)\)/.exec(mods)?.[1]);
  }
  answer["id"] = profile.id;
  return json(
    200,
    { business_discovery: answer, id: SOCIAL.userId },
    { "x-app-usage": '{"call_count":3,"total_cputime":1,"total_time":2}' },
  );
}

/** The Graph API's business discovery. */
export async function startSocial(sample: Sample, port: number): Promise<Vendor> {
  return startVendor("social", port, (asked) => {
    const given = asked.query.get("access_token") ?? (asked.headers.authorization ?? "").replace(/^Bearer /, "");
    if (given !== SOCIAL.token)
      return fault(400, 190, `Error validating access token: Session has expired on ${stamp(today(sample), 0)}.`, 463);
    const path = /^\/v\d+\.\d+\/([^/]+)$/.exec(asked.path);
    if (path?.[1] !== SOCIAL.userId) return fault(400, 100, "Unsupported get request. Object does not exist.", 33);
    const fields = asked.query.get("fields") ?? "id";
    const wanted = /business_discovery\.username\(([^)]+)\)\{(.*)\}/s.exec(fields);
    if (wanted === null)
      return json(200, {
        id: SOCIAL.userId,
        ...(fields.includes("username") ? { username: "bluemountaintraders" } : {}),
      });
    const profile = sample.world.profiles.find((p) => p.username === wanted[1]);
    if (profile === undefined) return fault(400, 100, "Invalid user id", 2_207_013);
    return discover(profile, wanted[2] ?? "", today(sample));
  });
}
