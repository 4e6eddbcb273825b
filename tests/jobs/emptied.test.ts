import { describe, expect, it } from "vitest";
import { startFakeSheets } from "../connectors/support/fake-sheets.ts";
import { json } from "../connectors/support/server.ts";
import { c360, withWorkspace } from "../support/c360.ts";

interface Synced {
  readonly sources: readonly { readonly stream: string; readonly loaded: number; readonly unchanged: number }[];
  readonly alerts: readonly { readonly code: string }[];
}

async function sync(dir: string): Promise<{ loaded: number; unchanged: number; alerts: readonly string[] }> {
  const answer = await c360(["sync", "--workspace", dir, "--json"]);
  const { sources, alerts } = answer.json<Synced>();
  return {
    loaded: sources.reduce((sum, one) => sum + one.loaded, 0),
    unchanged: sources.reduce((sum, one) => sum + one.unchanged, 0),
    alerts: alerts.map(({ code }) => code),
  };
}

describe("a spreadsheet that shows nothing any more", () => {
  it("deletes nothing before somebody confirms it, however few rows there were, nor does one that cannot be read", async () => {
    const fake = await startFakeSheets();
    const header = ["Customer No", "Customer Name", "Phone", "Email"];
    const people = [
      ["C-1", "Ann Brown", "876-926-1234", "ann@example.com"],
      ["C-2", "Bob Grant", "876-926-1235", "bob@example.com"],
    ];
    const tab = { sheetId: 7, title: "Clients", rows: [header, ...people] };
    fake.tabs.push(tab);
    try {
      await withWorkspace(async (dir) => {
        await c360(["init", "--workspace", dir]);
        const sets = Object.entries(fake.settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
        sets.push("--set", `allow_private_hosts=${fake.host}`);
        const added = await c360(["add", "google-sheets", ...sets, "--workspace", dir]);
        expect(added.status, added.stdout + added.stderr).toBe(0);
        expect(await sync(dir)).toMatchObject({ loaded: 2, alerts: [] });

        tab.rows = [header];
        fake.touch();
        expect(await sync(dir)).toMatchObject({ loaded: 0, alerts: ["stream_emptied"] });
        tab.rows = [header, ...people];
        fake.touch();
        fake.fault(json({ error: { code: 403, status: "PERMISSION_DENIED", message: "no" } }, 403));
        const refused = await sync(dir);
        const again = await sync(dir);
        // Nothing was deleted in between: the same rows are known.
        expect([refused.loaded + again.loaded, refused.unchanged + again.unchanged]).toEqual([0, 2]);
      });
    } finally {
      await fake.close();
    }
  }, 300_000);
});
