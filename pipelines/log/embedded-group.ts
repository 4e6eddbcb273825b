import { partitionFor } from "#core";
import type { SqlClient } from "#core";
import * as sql from "../queries/log-groups.ts";
import { slotOf } from "./pattern.ts";

/** One partition of one topic. */
export interface Slot {
  readonly topic: string;
  readonly partition: number;
}

/** A member's seat in a consumer group of the embedded log. */
export interface Membership {
  /** Takes and gives back leases; answers what this member should hold, and what of it it does hold. */
  rebalance(slots: readonly Slot[]): Promise<{ readonly mine: readonly Slot[]; readonly held: ReadonlySet<string> }>;
  leave(): Promise<void>;
}

/** A member that does not renew for so long is taken for dead, even when its connection stands. */
const LEASE_SECONDS = 30;
const RENEW_MS = 5_000;

/**
 * Joins a group on a connection that is kept as long as the member lives: when the process is killed the connection
 * goes with it and others take over at once; a member that hangs is given up after 30 s.
 */
export async function joinGroup(client: SqlClient, group: string, member: string): Promise<Membership> {
  // One statement at a time on the connection: renewing runs beside the loop that reads.
  let line: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = line.then(work);
    line = turn.catch(() => undefined);
    return turn;
  };
  const register = (): Promise<unknown> => client.query(sql.joinGroup, [group, member, LEASE_SECONDS]);
  await register();
  let lost: unknown = null;
  const renewing = setInterval(() => {
    inTurn(register).catch((error: unknown) => {
      lost = error;
    });
  }, RENEW_MS);
  renewing.unref();
  return {
    rebalance: (slots) =>
      inTurn(async () => {
        if (lost !== null) throw lost;
        await register();
        return shareOut(client, { group, member, slots });
      }),
    leave: async () => {
      clearInterval(renewing);
      await inTurn(() => client.query(sql.leaveGroup, [group, member])).catch(() => undefined);
    },
  };
}

async function shareOut(
  client: SqlClient,
  seat: { readonly group: string; readonly member: string; readonly slots: readonly Slot[] },
): Promise<{ mine: readonly Slot[]; held: ReadonlySet<string> }> {
  const { group, member, slots } = seat;
  await client.query(sql.buryDeadMembers, [group]);
  const live = (await client.query<{ member: string }>(sql.liveMembers, [group])).rows.map((row) => row.member);
  // Each partition's owner follows from its own name and the members alone, so that members who know different topics
  // still agree; neighbours of one topic go to different members.
  const mine = slots.filter(
    (slot) => live[(partitionFor(slot.topic, live.length) + slot.partition) % live.length] === member,
  );
  const wanted = [mine.map((slot) => slot.topic), mine.map((slot) => slot.partition)];
  await client.query(sql.releaseLeases, [group, member, ...wanted]);
  await client.query(sql.takeLeases, [group, member, ...wanted]);
  const held = await client.query<Slot>(sql.heldLeases, [group, member]);
  return { mine, held: new Set(held.rows.map((row) => slotOf(row.topic, row.partition))) };
}
