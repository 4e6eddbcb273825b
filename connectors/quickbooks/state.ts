import { z } from "zod";
import type { StreamState } from "#core";

/** At most this many versions near the cursor are remembered; beyond it they come again, which changes nothing. */
const MAX_RECENT = 3000;

const schema = z.object({
  v: z.literal(1),
  /** Everything up to here was read, by the vendor's clock. */
  cursor: z.iso.datetime(),
  /** Deletes are known up to here. */
  changesSince: z.iso.datetime(),
  /** Last time that everything was read. */
  sweptAt: z.iso.datetime(),
  /** False while the first read is not finished. */
  filled: z.boolean(),
  /** Version by id of what lies between cursor and look-back. */
  recent: z.record(z.string(), z.string()),
  /** Deletes that change data capture will tell again. */
  stubs: z.record(z.string(), z.string()),
  /** Ids that existed after the last full read and since; absent where they are too many to keep. */
  ids: z.string().optional(),
});

/** What a stream remembers between runs. */
export type QuickBooksState = z.infer<typeof schema>;

/** The state, or null when there is none or it cannot be used: then everything is read. */
export function parseState(state: StreamState | null): QuickBooksState | null {
  const parsed = schema.safeParse(state);
  return parsed.success ? parsed.data : null;
}

/** State at a cursor (milliseconds), remembering what was seen within `lookBack` before it. */
export function nextState(
  base: Pick<QuickBooksState, "changesSince" | "sweptAt" | "filled" | "stubs"> & { readonly ids?: string | undefined },
  cursor: number,
  seen: ReadonlyMap<string, string>,
  lookBack: number,
): QuickBooksState {
  const near = [...seen].filter(([, key]) => {
    const at = Date.parse(key.slice(key.indexOf(" ") + 1));
    return !Number.isNaN(at) && at >= cursor - lookBack;
  });
  const { changesSince, sweptAt, filled, stubs } = base;
  return {
    v: 1,
    cursor: new Date(cursor).toISOString(),
    changesSince,
    sweptAt,
    filled,
    stubs,
    ...(base.ids === undefined ? {} : { ids: base.ids }),
    recent: near.length > MAX_RECENT ? {} : Object.fromEntries(near),
  };
}

/** At most this many ids are kept, to tell one by one what a full read does not show any more. */
const MAX_IDS = 300_000;

/** Ids as compact text; undefined where they are too many. Whole numbers are kept as steps from one to the next. */
export function packIds(ids: ReadonlySet<string>): string | undefined {
  if (ids.size > MAX_IDS) return undefined;
  const numbers: number[] = [];
  const others: string[] = [];
  for (const id of ids) {
    const value = Number(id);
    if (/^[1-9]\d{0,14}$/.test(id)) numbers.push(value);
    else others.push(encodeURIComponent(id));
  }
  numbers.sort((a, b) => a - b);
  const steps = numbers.map((value, at) => (value - (numbers[at - 1] ?? 0)).toString(36));
  return `${steps.join(",")};${others.sort().join(",")}`;
}

/** The ids of {@link packIds}. */
export function unpackIds(text: string | undefined): Set<string> {
  const ids = new Set<string>();
  const [steps = "", others = ""] = (text ?? "").split(";");
  let at = 0;
  for (const step of steps.split(",")) {
    if (step === "") continue;
    at += Number.parseInt(step, 36);
    ids.add(String(at));
  }
  for (const other of others.split(",")) if (other !== "") ids.add(decodeURIComponent(other));
  return ids;
}
