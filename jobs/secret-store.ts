import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { C360Error } from "#core";
import type { Clock, Environment, SecretStore } from "#core";
import { processIsAlive } from "./lock.ts";
import { liveRedactor } from "./redaction.ts";

const LEASE_WAIT_MS = 100;
/** A refresh may have to wait out a throttle: ten minutes. */
const LEASE_TRIES = 6000;

/**
 * Secrets in `.c360/secrets.enc`: AES-256-GCM over one JSON object, under a key from C360_SECRET_KEY or from
 * `.c360/secret.key` (mode 0600, made at first use). Written by rename, so that a crash leaves the old or the new file.
 */
export function createSecretStore(options: {
  readonly dir: string;
  readonly env: Environment;
  readonly clock: Clock;
}): SecretStore {
  const file = join(options.dir, "secrets.enc");
  const key = once(() => loadKey(options.dir, options.env));

  async function read(): Promise<Record<string, string>> {
    if (!existsSync(file)) return {};
    const values = decrypt(await readFile(file), await key(), file);
    for (const value of Object.values(values)) liveRedactor.add(value);
    return values;
  }
  async function write(values: Record<string, string>): Promise<void> {
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, encrypt(values, await key()), { mode: 0o600 });
    await rename(temporary, file);
  }
  async function change(edit: (values: Record<string, string>) => void): Promise<void> {
    await lease(options.dir, "write", options.clock, async () => {
      const values = await read();
      edit(values);
      await write(values);
    });
  }
  return {
    get: async (name) => (await read())[name] ?? null,
    set: async (name, value) => {
      liveRedactor.add(value);
      await change((values) => {
        values[name] = value;
      });
    },
    delete: (name) =>
      change((values) => {
        delete values[name];
      }),
    withLease: (name, work) => lease(options.dir, name, options.clock, work),
  };
}

async function loadKey(dir: string, env: Environment): Promise<Buffer> {
  if (env.C360_SECRET_KEY !== undefined && env.C360_SECRET_KEY !== "") {
    liveRedactor.add(env.C360_SECRET_KEY);
    return scryptSync(env.C360_SECRET_KEY, "customer-360 secret store", 32);
  }
  const file = join(dir, "secret.key");
  await mkdir(dir, { recursive: true });
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(randomBytes(32).toString("hex"));
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  await chmod(file, 0o600);
  return Buffer.from((await readFile(file, "utf8")).trim(), "hex");
}

function encrypt(values: Record<string, string>, key: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const body = Buffer.concat([cipher.update(JSON.stringify(values), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(bytes: Buffer, key: Buffer, file: string): Record<string, string> {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
    return JSON.parse(text) as Record<string, string>;
  } catch (error) {
    throw new C360Error("SECRET_UNREADABLE", { file }, { cause: error });
  }
}

/** A lease is a file made with O_EXCL that names its owner; one whose owner is gone is taken over. */
async function lease<T>(dir: string, name: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, `lease-${name.replace(/[^A-Za-z0-9_-]+/g, "-")}`);
  for (let attempt = 1; ; attempt += 1) {
    if (await take(file)) break;
    await dropStale(file);
    if (attempt >= LEASE_TRIES) {
      throw new C360Error("RUN_LOCKED", {
        pid: (await readFile(file, "utf8").catch(() => "?")).trim(),
        since: "ten minutes",
      });
    }
    await clock.sleep(LEASE_WAIT_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function dropStale(file: string): Promise<void> {
  const owner = Number(await readFile(file, "utf8").catch(() => "0"));
  if (owner > 0) {
    if (!processIsAlive(owner)) await rm(file, { force: true });
    return;
  }
  // Made but not yet signed: stale only once it is older than any signing takes.
  const made = await stat(file).catch(() => null);
  if (made !== null && made.mtimeMs + 10_000 < made.atimeMs) await rm(file, { force: true });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
