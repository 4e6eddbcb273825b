import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";

describe.skipIf(process.getuid?.() !== 0)("c360 doctor for a root user", () => {
  it("names the data that a removed workspace left outside its folder", async () => {
    await withWorkspace(async (dir) => {
      // Nobody but root may enter: the server's data go to a folder that its user can reach.
      const closed = join(dir, "closed");
      await mkdir(closed, { mode: 0o700 });
      const [gone, here] = [join(closed, "gone"), join(closed, "here")];
      for (const workspace of [gone, here]) {
        expect((await c360(["init", "--workspace", workspace])).status).toBe(0);
        expect((await c360(["db", "start", "--workspace", workspace])).status).toBe(0);
        expect((await c360(["db", "stop", "--workspace", workspace])).status).toBe(0);
      }
      await rm(gone, { recursive: true });
      const { status, stdout } = await c360(["doctor", "--workspace", here]);
      await c360(["db", "stop", "--workspace", here]);
      await rm(here, { recursive: true });
      const after = await leftOf(dir);
      for (const data of after.values()) await rm(data, { recursive: true });
      expect(status).toBe(0);
      expect(stdout).toContain(`${gone} is gone or was moved. If you removed it: rm -r ${after.get(gone)}`);
      expect(stdout).not.toContain(`${here} is gone`);
      expect([...after.keys()].sort()).toEqual([gone, here]);
    });
  });
});

/** Data left behind by workspaces below a folder, by workspace. */
async function leftOf(dir: string): Promise<ReadonlyMap<string, string>> {
  await c360(["init", "--workspace", dir]);
  const { stdout } = await c360(["doctor", "--workspace", dir]);
  const found = stdout.matchAll(/data left behind: (.+) is gone or was moved\..*: rm -r (.+)$/gm);
  return new Map(
    [...found].map(([, gone = "", data = ""]) => [gone, data] as const).filter(([gone]) => gone.startsWith(dir)),
  );
}
