import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { C360Error, systemClock } from "#core";
import { createSecretStore, rotateSecretKey } from "../../jobs/secret-store.ts";
import { liveRedactor } from "../../jobs/redaction.ts";

describe("the secret store", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-secrets-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const open = (key?: string) =>
    createSecretStore({ dir, env: key === undefined ? {} : { C360_SECRET_KEY: key }, clock: systemClock });

  it("keeps values over restarts, unreadable in the file, under a key that only the user may read", async () => {
    await open().set("source/books/refresh_token", "canary-token-4711");
    expect(await open().get("source/books/refresh_token")).toBe("canary-token-4711");
    expect((await readFile(join(dir, "secrets.enc"))).includes("canary-token-4711")).toBe(false);
    expect((await stat(join(dir, "secret.key"))).mode & 0o077).toBe(0);
  });

  it("gives null for what it does not have, and forgets what is deleted", async () => {
    const store = open();
    expect(await store.get("nothing")).toBeNull();
    await store.set("a", "value-one");
    await store.delete("a");
    expect(await store.get("a")).toBeNull();
  });

  it("gives every secret a new key, which a process that is open already takes up", async () => {
    const store = open();
    await store.set("a", "value-one");
    const before = await readFile(join(dir, "secret.key"), "utf8");
    const secrets = await readFile(join(dir, "secrets.enc"));
    expect(await rotateSecretKey({ dir, env: {}, clock: systemClock }, null)).toBe(1);
    expect(await readFile(join(dir, "secret.key"), "utf8")).not.toBe(before);
    expect(await readFile(join(dir, "secrets.enc"))).not.toEqual(secrets);
    expect(await store.get("a")).toBe("value-one");
    await rotateSecretKey({ dir, env: {}, clock: systemClock }, "a passphrase instead");
    expect(await open("a passphrase instead").get("a")).toBe("value-one");
  });

  it("opens a store whose rotation was broken off, before or after the store had its new key", async () => {
    await open().set("a", "value-one");
    await writeFile(join(dir, "secret.key.next"), "00".repeat(32));
    expect(await open().get("a")).toBe("value-one");
    const old = await readFile(join(dir, "secret.key"));
    await rotateSecretKey({ dir, env: {}, clock: systemClock }, null);
    await writeFile(join(dir, "secret.key.next"), await readFile(join(dir, "secret.key")));
    await writeFile(join(dir, "secret.key"), old);
    expect(await open().get("a")).toBe("value-one");
  });

  it("makes one key where several processes begin at once", async () => {
    const stores = Array.from({ length: 8 }, () => open());
    await Promise.all(stores.map((store, n) => store.set(`s${n}`, `value-${n}`)));
    expect(await Promise.all(stores.map((store, n) => store.get(`s${n}`)))).toEqual(stores.map((_, n) => `value-${n}`));
  });

  it("refuses another key with a clear error and leaves the file as it is", async () => {
    await open("the first passphrase").set("a", "value-one");
    const before = await readFile(join(dir, "secrets.enc"));
    await expect(open("another passphrase").get("a")).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
    await expect(open("another passphrase").set("b", "value-two")).rejects.toBeInstanceOf(C360Error);
    expect(await readFile(join(dir, "secrets.enc"))).toEqual(before);
  });

  it("loses no value when many are set at once", async () => {
    const store = open();
    await Promise.all(Array.from({ length: 12 }, (_, i) => store.set(`name-${i}`, `value-${i}`)));
    for (let i = 0; i < 12; i += 1) expect(await store.get(`name-${i}`)).toBe(`value-${i}`);
  });

  it("lets one holder of a lease work at a time and takes over from a process that is gone", async () => {
    const store = open();
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await systemClock.sleep(5);
      inside -= 1;
    };
    await Promise.all([store.withLease("realm", work), store.withLease("realm", work), store.withLease("realm", work)]);
    expect(most).toBe(1);
    await writeFile(join(dir, "lease-realm"), "999999999");
    await expect(store.withLease("realm", () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("makes its values known to the redactor", async () => {
    await open().set("a", "canary-in-a-log-line");
    expect(liveRedactor.redact("token=canary-in-a-log-line")).toBe("token=[secret]");
    expect(liveRedactor.redact(Buffer.from("canary-in-a-log-line").toString("base64"))).toBe("[secret]");
  });
});
