import { z } from "zod";
import { contentHash } from "#core";
import type { ConnectorContext, ConnectorMessage, StreamPlan } from "#core";
import { checkpoint, notice, observed, upsert } from "../define.ts";
import type { StreamReader } from "../define.ts";
import type { Discovery, SocialClient } from "./client.ts";
import type { SocialSettings } from "./settings.ts";

/** Posts younger than this, counted from the newest one of the profile, are read again: their likes still change. */
const RESTATED_MS = 28 * 86_400_000;

const stateSchema = z.object({
  v: z.literal(1),
  /** Newest post by profile id, ISO. Posts only. */
  newest: z.record(z.string(), z.string()),
  /** Version by record id, to leave out what did not change. */
  versions: z.record(z.string(), z.string()),
});
type SocialState = z.infer<typeof stateSchema>;

/** First pages that were asked for in this run: profiles and posts come in one answer. */
export type FirstPages = Map<string, Promise<Discovery | null>>;

function firstPage(client: SocialClient, pages: FirstPages, username: string): Promise<Discovery | null> {
  const found = pages.get(username) ?? client.discover(username);
  pages.set(username, found);
  return found;
}

/** Id of a profile's record: the vendor's, which survives renaming. */
export function profileId(page: Discovery, username: string): string {
  return typeof page.profile["id"] === "string" ? page.profile["id"] : username.toLowerCase();
}

/** Reads profiles or posts of the configured names. A name that cannot be seen is told and deletes nothing. */
export async function* readSocial(
  client: SocialClient,
  settings: SocialSettings,
  context: ConnectorContext,
  pages: FirstPages,
  plan: StreamPlan,
): StreamReader {
  const parsed = stateSchema.safeParse(plan.state);
  const state: SocialState = parsed.success
    ? { ...parsed.data, newest: { ...parsed.data.newest }, versions: { ...parsed.data.versions } }
    : { v: 1, newest: {}, versions: {} };
  const names = [...new Set(settings.usernames.map((name) => name.replace(/^@/, "")))];
  for (const [at, username] of names.entries()) {
    const page = await firstPage(client, pages, username);
    if (page === null) {
      yield notice(plan.stream, "page_gone", "warning", "No professional account of this name can be seen.", username);
      continue;
    }
    yield* plan.stream === "profiles"
      ? oneProfile(page, username, state, context, plan)
      : posts(client, page, username, state, context, plan);
    if ((at + 1) % 25 === 0) {
      yield checkpoint(plan.stream, copy(state));
      yield { type: "progress", stream: plan.stream, done: at + 1, total: names.length };
    }
  }
  yield checkpoint(plan.stream, copy(state));
  return { snapshot: false };
}

function copy(state: SocialState): SocialState {
  return { v: 1, newest: { ...state.newest }, versions: { ...state.versions } };
}

function* changed(
  state: SocialState,
  stream: string,
  id: string,
  raw: Readonly<Record<string, unknown>>,
  context: ConnectorContext,
): Generator<ConnectorMessage, void, void> {
  const version = contentHash(raw).slice(0, 16);
  if (state.versions[id] === version) return;
  state.versions[id] = version;
  const cursor = typeof raw["timestamp"] === "string" ? raw["timestamp"] : null;
  yield upsert(stream, id, raw, { observedAt: observed(context.clock), version, cursor });
}

function* oneProfile(
  page: Discovery,
  username: string,
  state: SocialState,
  context: ConnectorContext,
  plan: StreamPlan,
): Generator<ConnectorMessage, void, void> {
  const raw = page.profile["username"] === undefined ? { ...page.profile, username } : page.profile;
  yield* changed(state, plan.stream, profileId(page, username), raw, context);
}

/** Posts, newest first, until those that were read before and no longer change. */
async function* posts(
  client: SocialClient,
  first: Discovery,
  username: string,
  state: SocialState,
  context: ConnectorContext,
  plan: StreamPlan,
): AsyncGenerator<ConnectorMessage, void, void> {
  const owner = profileId(first, username);
  const seen = Date.parse(state.newest[owner] ?? "");
  const until = Number.isNaN(seen) ? Number.NEGATIVE_INFINITY : seen - RESTATED_MS;
  let newest = Number.isNaN(seen) ? Number.NEGATIVE_INFINITY : seen;
  let oldest = Number.POSITIVE_INFINITY;
  let page: Discovery | null = first;
  while (page !== null) {
    for (const media of page.media) {
      const at = Date.parse(typeof media["timestamp"] === "string" ? media["timestamp"] : "");
      if (!Number.isNaN(at)) {
        newest = Math.max(newest, at);
        oldest = Math.min(oldest, at);
      }
      const id = typeof media["id"] === "string" ? media["id"] : contentHash(media).slice(0, 16);
      // A post does not name its owner: these two marks do.
      yield* changed(state, plan.stream, id, { ...media, __username: username, __owner: owner }, context);
    }
    page = page.after === null || oldest < until ? null : await client.discover(username, page.after);
  }
  // Remembered only once all pages were read: a run that breaks off begins again.
  if (Number.isFinite(newest)) state.newest[owner] = new Date(newest).toISOString();
}
