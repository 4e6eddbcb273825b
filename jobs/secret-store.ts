import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { C360Error } from "#core";
import type { Clock, Environment, SecretStore } from "#core";
import { tryLock } from "./lock.ts";
import { liveRedactor } from "./redaction.ts";

const LEASE_WAIT_MS = 100;
const STORE = "secrets.enc";
const KEY = "secret.key";
/** The key of a rotation that is at work. */
const NEXT_KEY = "secret.key.next";
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
  const file = join(options.dir, STORE);
  let loaded: Promise<Buffer> | null = null;
  const key = (): Promise<Buffer> => (loaded ??= loadKey(options.dir, options.env));

  async function read(): Promise<Record<string, string>> {
    if (!existsSync(file)) return {};
    const values = await decryptStore(file, await key()).catch(async () => {
      // Another process may have given the store a new key since.
      await finishRotation(options.dir);
      loaded = loadKey(options.dir, options.env);
      return decryptStore(file, await loaded);
    });
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

/**
 * Gives the store a new key, and every secret in it a new encryption: the key file's, or the passphrase `next` where one is
 * in use. A crash at any point leaves a store that can be opened. Gives the number of secrets. Throws SECRET_UNREADABLE.
 */
export async function rotateSecretKey(
  options: { readonly dir: string; readonly env: Environment; readonly clock: Clock },
  next: string | null,
): Promise<number> {
  return lease(options.dir, "write", options.clock, async () => {
    await finishRotation(options.dir);
    const file = join(options.dir, STORE);
    const values = existsSync(file) ? await decryptStore(file, await loadKey(options.dir, options.env)) : {};
    const hex = randomBytes(32).toString("hex");
    const key = next === null ? Buffer.from(hex, "hex") : passphraseKey(next);
    // The key first: a store under a key that nobody has would be lost.
    if (next === null) await writeFile(join(options.dir, NEXT_KEY), hex, { mode: 0o600 });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, encrypt(values, key), { mode: 0o600 });
    await rename(temporary, file);
    if (next === null) await rename(join(options.dir, NEXT_KEY), join(options.dir, KEY));
    return Object.keys(values).length;
  });
}

/** Brings a rotation to its end that was broken off after the store had its new key. */
async function finishRotation(dir: string): Promise<void> {
  const waiting = join(dir, NEXT_KEY);
  const hex = await readFile(waiting, "utf8").catch(() => null);
  if (hex === null) return;
  const opens = await decryptStore(join(dir, STORE), Buffer.from(hex.trim(), "hex")).then(
    () => true,
    () => false,
  );
  if (opens) await rename(waiting, join(dir, KEY)).catch(() => undefined);
  else await rm(waiting, { force: true });
}

function passphraseKey(passphrase: string): Buffer {
  liveRedactor.add(passphrase);
  return scryptSync(passphrase, "customer-360 secret store", 32);
}

async function loadKey(dir: string, env: Environment): Promise<Buffer> {
  if (env.C360_SECRET_KEY !== undefined && env.C360_SECRET_KEY !== "") return passphraseKey(env.C360_SECRET_KEY);
  const file = join(dir, KEY);
  await mkdir(dir, { recursive: true });
  if (!existsSync(file)) {
    // Linked when it is whole: another process that starts now finds no key or this one, never half of it.
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, randomBytes(32).toString("hex"), { mode: 0o600 });
    await link(temporary, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
    await rm(temporary, { force: true });
  }
  await chmod(file, 0o600);
  return Buffer.from((await readFile(file, "utf8")).trim(), "hex");
}

async function decryptStore(file: string, key: Buffer): Promise<Record<string, string>> {
  return decrypt(await readFile(file), key, file);
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

/** A lease is a lock file that is waited for; one whose owner is gone is taken over. Throws RUN_LOCKED after ten minutes. */
async function lease<T>(dir: string, name: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const file = join(dir, `lease-${name.replace(/[^A-Za-z0-9_-]+/g, "-")}`);
  for (let attempt = 1; ; attempt += 1) {
    const lock = await tryLock(file, clock);
    if ("release" in lock) return work().finally(lock.release);
    if (attempt >= LEASE_TRIES) throw new C360Error("RUN_LOCKED", { pid: lock.owner.pid, since: lock.owner.since });
    await clock.sleep(LEASE_WAIT_MS);
  }
}
