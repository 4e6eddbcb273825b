import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";
import type { RunAnswer } from "../support/c360.ts";

const C360 = join(import.meta.dirname, "../../bin/c360.mjs");

it("a steward's answer binds the next run, and undoing it restores what was", async () => {
  await withWorkspace(async (dir) => {
    const before = (await c360(["demo", "--scale", "0.05", "--workspace", dir, "--json"])).json<RunAnswer>();
    const nightly = async (): Promise<RunAnswer> =>
      (await c360(["nightly", "--no-sync", "--workspace", dir, "--json"])).json<RunAnswer>();

    const merge = await inConsole(dir, async (ask) => {
      const asked = await ask<{ next: { task_id: string; left_key: string; right_key: string } }>(
        "GET",
        "/api/review/next",
      );
      const path = `/api/review/${asked.next.task_id}/decision`;
      const said = await ask<{ decision_id: number }>("POST", path, { decision: "must_link" });
      return { ...asked.next, decision: said.decision_id };
    });
    const apart = await idsOf(dir, [merge.left_key, merge.right_key]);
    expect(new Set(apart).size).toBe(2);
    const crosswalk = await crosswalkOf(dir);
    const merged = await nightly();
    const together = await idsOf(dir, [merge.left_key, merge.right_key]);
    expect(new Set(together).size).toBe(1);
    // The survivor keeps its id; the other one is retired and leads to it.
    expect(apart).toContain(together[0]);
    expect(merged.content_hash).not.toBe(before.content_hash);

    await inConsole(dir, (ask) => ask("POST", `/api/decisions/${merge.decision}/undo`, {}));
    const undone = await nightly();
    expect(await idsOf(dir, [merge.left_key, merge.right_key])).toEqual(apart);
    expect(undone.customers).toBe(before.customers);
    // Every other customer that the merge had moved is back as well.
    expect(await crosswalkOf(dir)).toEqual(crosswalk);
  });
});

type Ask = <T>(method: "GET" | "POST", path: string, body?: object) => Promise<T>;

/** Starts the console as its user does, signs in with the printed link, and lends its API. */
async function inConsole<T>(dir: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [C360, "console", "--workspace", dir, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { url, sign_in_url: link } = JSON.parse(line) as { url: string; sign_in_url: string };
    const entered = await fetch(link, { redirect: "manual" });
    const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const page = await (await fetch(`${url}/review`, { headers: { cookie } })).text();
    const token = /name="csrf-token" content="([^"]+)"/.exec(page)?.[1] ?? "";
    return await work(async (method, path, body) => {
      const headers = { cookie, "content-type": "application/json", "x-csrf-token": token, origin: url };
      const answer = await fetch(`${url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect(answer.status, path).toBe(200);
      return (await answer.json()) as never;
    });
  } finally {
    child.kill("SIGTERM");
    await once(child, "close");
  }
}

async function idsOf(dir: string, keys: readonly string[]): Promise<readonly string[]> {
  const crosswalk = new Map(await crosswalkOf(dir));
  return keys.map((key) => crosswalk.get(key) ?? "");
}

/** Customer id of every record, by key. */
async function crosswalkOf(dir: string): Promise<readonly (readonly [string, string])[]> {
  await c360(["db", "start", "--workspace", dir]);
  const client = new Client({ connectionString: (await c360(["db", "url", "--workspace", dir])).stdout.trim() });
  await client.connect();
  try {
    const { rows } = await client.query<{ key: string; customer_id: string }>(
      "select key, customer_id from identity.crosswalk order by key",
    );
    return rows.map((row) => [row.key, row.customer_id] as const);
  } finally {
    await client.end();
    await c360(["db", "stop", "--workspace", dir]);
  }
}
