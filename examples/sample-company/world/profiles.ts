import { dMonY, SAMPLE_DAY } from "./calendar.ts";
import { rng } from "./random.ts";
import type { Entity } from "./types.ts";

/** A post of a social profile. */
export interface Post {
  readonly id: string;
  readonly day: number;
  readonly minute: number;
  readonly caption: string;
  readonly type: "IMAGE" | "VIDEO" | "CAROUSEL_ALBUM";
  /** Null where the owner hides likes. */
  readonly likes: number | null;
  readonly comments: number;
}

/** A business profile of the social network. */
export interface Profile {
  readonly id: string;
  readonly username: string;
  readonly entity: Entity;
  readonly name: string;
  readonly biography: string;
  readonly website: string;
  readonly followers: number;
  readonly follows: number;
  readonly posts: readonly Post[];
}

/** The 25 profiles that the company follows, newest post first; posts go on for some days after the sample day. */
export function socialProfiles(seed: number, entities: readonly Entity[]): readonly Profile[] {
  const r = rng(`social/${seed}`);
  const firms = entities.filter((e) => e.handle !== "" && e.since <= SAMPLE_DAY);
  return r
    .shuffle(firms)
    .slice(0, 25)
    .map((entity, n): Profile => {
      const own = entity.rng.fork("social");
      const followers = Math.round(Math.exp(6.5 + 1.2 * own.normal()));
      const hides = own.chance(0.25);
      const count = own.int(6, 44);
      const [area, town] = [entity.address.parish, entity.address.town];
      const posts = Array.from({ length: count }, (_, k): Post => {
        const day = SAMPLE_DAY + 3 - Math.floor(k * own.int(4, 12) + own.int(0, 3));
        return {
          id: `1789${String(n).padStart(3, "0")}${String(40_000 - k * 7)}`,
          day,
          minute: own.int(420, 1200),
          caption: own.pick([
            `New stock in! Visit us in ${town}.`,
            "Weekend special 🇯🇲",
            "Big up all our customers",
            `Open late until ${dMonY(day)}`,
          ]),
          type: own.pick(["IMAGE", "IMAGE", "VIDEO", "CAROUSEL_ALBUM"] as const),
          likes: hides ? null : Math.round(followers * (0.01 + 0.05 * own.next())),
          comments: own.int(0, 25),
        };
      });
      posts.sort((a, b) => b.day - a.day || b.minute - a.minute);
      const digits = entity.phone;
      return {
        id: `1784140${String(1_000_000_000 + entity.index * 7919)}`,
        username: entity.handle,
        entity,
        name:
          own.chance(0.3) && entity.trade !== "" ? entity.trade : entity.firm.replace(/ (Limited|Company Ltd)$/, ""),
        biography: `${entity.category} in ${town}, ${area}. Call ${digits.slice(0, 3)}-${digits.slice(3, 6)}-${digits.slice(6)}`,
        website: own.chance(0.8) ? entity.website : "",
        followers,
        follows: own.int(20, 900),
        posts,
      };
    });
}
