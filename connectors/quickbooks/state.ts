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
  base: Pick<QuickBooksState, "changesSince" | "sweptAt" | "filled" | "stubs">,
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
    recent: near.length > MAX_RECENT ? {} : Object.fromEntries(near),
  };
}
