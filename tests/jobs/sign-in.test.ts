import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSecretStore } from "../../jobs/secret-store.ts";
import { initWorkspace } from "../../jobs/init-workspace.ts";
import { workspacePaths } from "../../jobs/workspace.ts";
import { systemClock } from "#core";
import { json, startDouble } from "../connectors/support/server.ts";
import type { Asked, Double } from "../connectors/support/server.ts";

const C360 = join(import.meta.dirname, "../../bin/c360.mjs");
const CODE = "canary-code-1";

/** A vendor whose owner lets everybody in: sends the browser back with a code, and exchanges it once for tokens. */
async function startVendor(): Promise<Double> {
  let challenge = "";
  const answer = ({ url, body, headers }: Asked): ReturnType<typeof json> => {
    if (url.pathname === "/authorize") {
      challenge = url.searchParams.get("code_challenge") ?? "";
      const back = new URL(url.searchParams.get("redirect_uri") ?? "");
      for (const [name, value] of Object.entries({
        code: CODE,
        realmId: "4620816365",
        state: url.searchParams.get("state"),
      }))
        back.searchParams.set(name, value ?? "");
      return { status: 302, headers: { location: back.href } };
    }
    if (url.pathname === "/token") {
      const form = new URLSearchParams(body);
      if (form.get("grant_type") === "refresh_token") {
        return form.get("refresh_token") === "RT-canary-first"
          ? json({ access_token: "AT-canary-1", refresh_token: "RT-canary-first", expires_in: 3600 })
          : json({ error: "invalid_grant" }, 400);
      }
      const proof = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const basic = Buffer.from("app-1:canary-client-secret").toString("base64");
      const good = form.get("code") === CODE && proof === challenge && headers.authorization === `Basic ${basic}`;
      return good
        ? json({ access_token: "AT-canary-0", refresh_token: "RT-canary-first", expires_in: 3600 })
        : json({ error: "invalid_grant" }, 400);
    }
    const name = /FROM (\w+)/.exec(url.searchParams.get("query") ?? "")?.[1] ?? "";
    const rows = name === "CompanyInfo" ? [{ Id: "1", CompanyName: "Cedar Valley Hardware", Country: "JM" }] : [];
    return json({ QueryResponse: rows.length === 0 ? {} : { [name]: rows }, time: "2026-03-02T12:00:00Z" });
  };
  return startDouble(answer);
}

describe("c360 add with a vendor that asks its owner in the browser", () => {
  let dir = "";
  let vendor: Double;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-add-"));
    await initWorkspace(workspacePaths(dir), { name: "Shop", country: "JM", nonprofit: false });
    vendor = await startVendor();
  });
  afterEach(async () => {
    await vendor.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Runs the command; `visit` plays the browser with the address that it prints. */
  async function add(visit: (address: string) => Promise<unknown>): Promise<{ code: number | null; text: string }> {
    const settings = {
      client_id: "app-1",
      client_secret: "canary-client-secret",
      base_url: vendor.url,
      authorize_url: `${vendor.url}/authorize`,
      token_url: `${vendor.url}/token`,
      allow_private_hosts: vendor.host,
    };
    const sets = Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    const child = spawn(process.execPath, [C360, "add", "quickbooks", "--workspace", dir, "--json", ...sets], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    let visited = false;
    const take = (part: Buffer): void => {
      text += part.toString("utf8");
      const address = /^(http:\S+\/authorize\S+)$/m.exec(text)?.[1];
      if (visited || address === undefined) return;
      visited = true;
      void visit(address);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, text };
  }

  it("takes the code on loopback, keeps the token in the store and prints the account's name", async () => {
    const { code, text } = await add((address) => fetch(address));
    expect(text).toContain("Cedar Valley Hardware");
    expect(code).toBe(0);
    const config = await readFile(join(dir, "c360.yaml"), "utf8");
    expect(config).toContain("4620816365");
    expect(text + config).not.toMatch(/canary/);
    const store = createSecretStore({ dir: workspacePaths(dir).state, env: {}, clock: systemClock });
    expect(await store.get("source/quickbooks/refresh_token")).toBe("RT-canary-first");
  });

  it("takes no answer that it did not ask for, and ends when the person says no", async () => {
    const statuses: number[] = [];
    const { code, text } = await add(async (address) => {
      const asked = new URL(address);
      const back = asked.searchParams.get("redirect_uri") ?? "";
      const state = asked.searchParams.get("state") ?? "";
      statuses.push((await fetch(`${back}?code=forged&state=guess`)).status);
      statuses.push((await fetch(`${back}?error=access_denied&state=${state}`)).status);
    });
    expect(statuses).toEqual([400, 400]);
    expect(text).toContain("VENDOR_AUTH");
    expect(code).toBe(1);
    expect(await readFile(join(dir, "c360.yaml"), "utf8")).not.toContain("connector: quickbooks");
  });
});
