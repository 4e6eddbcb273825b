import { parishOf, spellParish } from "./addresses.ts";
import { dayOf, SAMPLE_DAY } from "./calendar.ts";
import { detailsOf } from "./contact-details.ts";
import { rng, type Rng } from "./random.ts";
import { landLine } from "./people.ts";
import type { Entity } from "./types.ts";

/** A firm in a directory. */
export interface Listing {
  /** Number inside the directory, also the last part of its URL. */
  readonly id: string;
  readonly entity: Entity | null;
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly website: string;
  readonly street: string;
  readonly town: string;
  readonly parish: string;
  readonly category: string;
  readonly at: readonly [number, number];
  readonly defect: string;
}

/** A page of a directory. */
export interface Page {
  readonly path: string;
  readonly title: string;
  readonly listings: readonly Listing[];
  readonly noindex: boolean;
  /** First day on which the page is plain HTML without structured data; null: never. */
  readonly plainFrom: number | null;
  readonly goneFrom: number | null;
  readonly goneStatus: 404 | 410;
  readonly lastmod: number;
}

/** A directory site. */
export interface Site {
  readonly name: string;
  readonly title: string;
  /** Published address of its listings; the loopback port is no part of an id. */
  readonly publicUrl: string;
  readonly markup: "json-ld" | "microdata";
  readonly disallowed: string;
  readonly pages: readonly Page[];
}

function listingOf(r: Rng, entity: Entity, id: string): Listing {
  const d = detailsOf(r, entity, { noise: 0.5, noPhone: 0.05, noEmail: 0.6, noAddress: 0.08 });
  const parish = parishOf(entity.address);
  return {
    id,
    entity,
    name: d.company,
    phone: d.phone,
    email: d.email,
    website: entity.website !== "" && r.chance(0.8) ? entity.website : "",
    street: d.street,
    town: d.town,
    parish: d.parish === "" && r.chance(0.5) ? spellParish(r, entity.address.parish) : d.parish,
    category: entity.category,
    at: [parish.at[0] + (r.next() - 0.5) * 0.08, parish.at[1] + (r.next() - 0.5) * 0.08],
    defect: "",
  };
}

/** A listing without a name, telephone or e-mail: nobody can say who it is. */
function nameless(like: Listing, id: string): Listing {
  return { ...like, id, entity: null, name: "", phone: "", email: "", website: "", defect: "missing_name" };
}

interface Plan {
  readonly path: string;
  readonly title: string;
  readonly noindex?: boolean;
  readonly plainFrom?: number;
  readonly goneFrom?: number;
  readonly goneStatus?: 404 | 410;
}

function pagesOf(r: Rng, plans: readonly Plan[], firms: readonly Entity[], prefix: string): Page[] {
  const open = plans.filter((p) => p.noindex !== true);
  const size = Math.ceil(firms.length / open.length);
  let next = 1000;
  const number = (): string => `${prefix}-${(next += 1)}`;
  return plans.map((plan) => {
    const at = open.indexOf(plan);
    const members = plan.noindex === true ? [] : firms.slice(at * size, (at + 1) * size);
    const listings = members.map((firm) => listingOf(firm.rng.fork(`listing/${prefix}`), firm, number()));
    const [first] = listings;
    if (at === 0 && first !== undefined) listings.splice(Math.min(3, listings.length), 0, nameless(first, number()));
    if (plan.noindex === true && firms[0] !== undefined) {
      const hidden = listingOf(r, firms[0], number());
      listings.push({
        ...hidden,
        entity: null,
        name: "Closed Accounts Trading",
        phone: landLine(r),
        defect: "noindex",
      });
    }
    return {
      path: plan.path,
      title: plan.title,
      listings,
      noindex: plan.noindex ?? false,
      plainFrom: plan.plainFrom ?? null,
      goneFrom: plan.goneFrom ?? null,
      goneStatus: plan.goneStatus ?? 404,
      lastmod: SAMPLE_DAY - r.int(10, 200),
    };
  });
}

/** The two directories, with 12% and 11% of the firms. */
export function directorySites(seed: number, entities: readonly Entity[]): readonly Site[] {
  const r = rng(`directories/${seed}`);
  const firms = r.shuffle(entities.filter((e) => e.type === "organisation" && e.since <= SAMPLE_DAY));
  const share = (part: number): number => Math.max(12, Math.round(firms.length * part));
  const first = firms.slice(0, share(0.13));
  // Every third firm of the first site stands in the second as well.
  const second = [...first.filter((_, i) => i % 3 === 0), ...firms.slice(first.length, first.length + share(0.075))];
  const changed = dayOf("2026-06-12");
  return [
    {
      name: "yaad-pages",
      title: "Yaad Pages",
      publicUrl: "https://yaadpages.example/listing",
      markup: "json-ld",
      disallowed: "/private/",
      pages: pagesOf(
        r,
        [
          { path: "/jamaica/hardware/", title: "Hardware & building" },
          { path: "/jamaica/supermarkets/", title: "Supermarkets & wholesale" },
          { path: "/jamaica/restaurants/", title: "Restaurants & hotels", plainFrom: changed },
          { path: "/jamaica/services/", title: "Services", plainFrom: SAMPLE_DAY + 2 },
          { path: "/jamaica/farm-and-auto/", title: "Farm & auto", goneFrom: SAMPLE_DAY + 2, goneStatus: 410 },
          { path: "/jamaica/closed/", title: "Closed businesses", noindex: true },
        ],
        first,
        "YP",
      ),
    },
    {
      name: "island-trade",
      title: "Island Trade Directory",
      publicUrl: "https://islandtrade.example/biz",
      markup: "microdata",
      disallowed: "/members/",
      pages: pagesOf(
        r,
        [
          { path: "/browse/a-e", title: "Firms A to E" },
          { path: "/browse/f-m", title: "Firms F to M" },
          { path: "/browse/n-s", title: "Firms N to S" },
          { path: "/browse/t-z", title: "Firms T to Z", goneFrom: SAMPLE_DAY + 1, goneStatus: 404 },
          { path: "/browse/pending", title: "Pending", noindex: true },
        ],
        second,
        "IT",
      ),
    },
  ];
}
