import { createHash } from "node:crypto";
import { CAMPAIGNS, type Campaign } from "./campaigns.ts";
import { rng } from "./random.ts";
import type { Entity, Life } from "./types.ts";

/** What one member did with one mailing. */
export interface Response {
  readonly email: string;
  readonly entity: Entity;
  readonly did: "none" | "open" | "click" | "bounce";
  /** Minutes after sending of what was done first. */
  readonly after: number;
  readonly defect: string;
}

/** A mailing with everybody who got it. */
export interface Mailing {
  readonly campaign: Campaign;
  readonly responses: readonly Response[];
}

/** Mailchimp's id of a list member: MD5 of the lower-case address. */
export function memberId(email: string): string {
  return createHash("md5").update(email.toLowerCase()).digest("hex");
}

/** All mailings with their responses, members in order of address. */
export function buildMailings(seed: number, entities: readonly Entity[], lives: readonly Life[]): readonly Mailing[] {
  const r = rng(`mailings/${seed}`);
  return CAMPAIGNS.map((campaign): Mailing => {
    const responses = new Map<string, Response>();
    for (const entity of entities) {
      const did = lives[entity.index]?.campaigns.get(campaign.index);
      if (did === undefined || responses.has(entity.email)) continue;
      const after = Math.round(10 + -Math.log(1 - r.next()) * 900);
      responses.set(entity.email, { email: entity.email, entity, did, after: Math.min(after, 4000), defect: "" });
    }
    const list = [...responses.values()].sort((a, b) => (a.email < b.email ? -1 : 1));
    const spoiled = list.findIndex((x) => x.did === "open" || x.did === "click");
    const found = list[spoiled];
    // Two mailings hold one event whose time cannot be read.
    if (found !== undefined && (campaign.index === 5 || campaign.index === 14))
      list[spoiled] = { ...found, defect: "bad_date" };
    return { campaign, responses: list };
  });
}
