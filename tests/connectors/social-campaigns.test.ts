import { afterEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import type { Connector } from "#core";
import { contentOf, emptyMemory, mapContext, run, testContext } from "./support/context.ts";
import { startFakeMailings, startFakeSocial } from "./support/fake-sites.ts";
import { json } from "./support/server.ts";

const social = findConnector("social") as Connector;
const campaigns = findConnector("campaigns") as Connector;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe("the social connector", () => {
  const post = (n: number): Record<string, unknown> => ({
    id: `m${n}`,
    caption: `post ${n}`,
    timestamp: new Date(Date.parse("2026-02-28T10:00:00Z") - n * 86_400_000).toISOString(),
    comments_count: 1,
  });

  it("pages through posts, and later reads only those whose figures may still change", async () => {
    const fake = await startFakeSocial(["shop"]);
    open.push(fake);
    fake.profiles.set("shop", {
      id: "9",
      fields: { name: "Shop" },
      media: Array.from({ length: 170 }, (_, n) => post(n)),
    });
    const context = testContext({ allowPrivateHosts: [fake.host] });
    const memory = emptyMemory();
    expect((await run(social, fake.settings, { context, memory })).ends.get("posts")?.counts.records).toBe(170);
    const before = fake.asked.length;
    fake.profiles.get("shop")?.media.splice(3, 1, { ...post(3), like_count: 7 });
    const second = await run(social, fake.settings, { context, memory });
    expect(second.records.map(({ id }) => id)).toEqual(["m3"]);
    expect(fake.asked.length - before).toBe(1);
  });

  it("tells a name that cannot be seen and stops nobody else for it", async () => {
    const fake = await startFakeSocial(["nobody", "shop"]);
    open.push(fake);
    fake.profiles.set("shop", {
      id: "9",
      fields: { name: "Shop", website: "https://shop.example", followers_count: 5 },
      media: [post(1)],
    });
    const done = await run(social, fake.settings, { context: testContext({ allowPrivateHosts: [fake.host] }) });
    expect([...done.ends.values()].map((end) => end.outcome)).toEqual(["complete", "complete"]);
    expect(done.messages.filter((m) => m.type === "notice").map((m) => [m.code, m.subject])).toEqual([
      ["page_gone", "nobody"],
      ["page_gone", "nobody"],
    ]);
    const [profile, media] = done.records;
    expect(social.map(profile?.raw, mapContext("social", "178", profile ?? { stream: "", id: "" }))).toEqual([
      {
        kind: "customer",
        name: "Shop",
        website: "https://shop.example",
        handles: [{ platform: "instagram", handle: "shop" }],
      },
      {
        kind: "social_profile",
        platform: "instagram",
        username: "shop",
        platformUserId: "9",
        name: "Shop",
        website: "https://shop.example",
        followers: "5",
        customer: { key: "social:178:profiles:9" },
      },
    ]);
    const mapped = social.map(media?.raw, mapContext("social", "178", media ?? { stream: "", id: "" })) as unknown[];
    expect(mapped).toEqual([
      expect.objectContaining({
        kind: "interaction",
        interactionKind: "social_post",
        comments: "1",
        customer: { key: "social:178:profiles:9" },
      }),
    ]);
    // Hidden likes are unknown, not zero.
    expect(mapped[0]).not.toHaveProperty("likes");
  });

  it("gives errors their class by code", async () => {
    const codes: readonly (readonly [number, string])[] = [
      [190, "VENDOR_AUTH"],
      [10, "VENDOR_PERMISSION"],
      [200, "VENDOR_PERMISSION"],
      [4, "VENDOR_RATE"],
      [17, "VENDOR_RATE"],
      [2, "VENDOR_DOWN"],
    ];
    for (const [code, expected] of codes) {
      const fake = await startFakeSocial(["shop"]);
      open.push(fake);
      fake.fault(json({ error: { message: "x", type: "OAuthException", code } }, 400), { times: 1e6 });
      const done = await run(social, fake.settings, {
        context: testContext({ allowPrivateHosts: [fake.host] }),
        streams: ["profiles"],
      });
      expect([code, done.ends.get("profiles")?.error?.code]).toEqual([code, expected]);
    }
  });
});

describe("the campaigns connector", () => {
  it("reads campaigns with their figures and each response once, and asks no campaign again that stands still", async () => {
    const fake = await startFakeMailings();
    open.push(fake);
    const opened = { action: "open", timestamp: "2026-02-01T10:00:00+00:00" };
    fake.campaigns.push({
      id: "c1",
      fields: { settings: { title: "Easter" }, send_time: "2026-02-01T09:00:00+00:00" },
      emails: [
        {
          campaign_id: "c1",
          email_id: "e1",
          email_address: "a@x.jm",
          activity: [opened, opened, { action: "bounce", type: "hard", timestamp: "x" }],
        },
      ],
    });
    const context = testContext({ allowPrivateHosts: [fake.host] });
    const memory = emptyMemory();
    const done = await run(campaigns, fake.settings, { context, memory });
    expect(done.records.map(({ id }) => id)).toEqual([
      "c1",
      "c1/e1/open/2026-02-01T10:00:00+00:00",
      "c1/e1/open/2026-02-01T10:00:00+00:00/2",
      "c1/e1/bounce/x",
    ]);
    const mapped = done.records.map((record) => campaigns.map(record.raw, mapContext("campaigns", "us21", record)));
    expect(mapped[0]).toEqual([
      { kind: "campaign", name: "Easter", channel: "email", startDate: "2026-02-01T09:00:00+00:00", impressions: "1" },
    ]);
    expect(mapped[3]).toEqual([
      {
        kind: "interaction",
        interactionKind: "campaign_response",
        date: "x",
        channel: "email",
        direction: "in",
        outcome: "hard_bounce",
        customer: { email: "a@x.jm" },
        campaignId: "c1",
      },
    ]);
    const before = fake.asked.length;
    const content = contentOf(memory);
    await run(campaigns, fake.settings, { context, memory });
    expect(fake.asked.slice(before).map(({ url }) => url.pathname)).not.toContain("/3.0/reports/c1/email-activity");
    expect(contentOf(memory)).toEqual(content);
  });
});
