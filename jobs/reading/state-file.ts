import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { C360Error, toC360Error } from "#core";
import type { KnownStream, StreamState } from "#core";

const schema = z.object({
  v: z.literal(1),
  connector: z.string(),
  accounts: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ columns: z.array(z.string()).default([]), state: z.looseObject({ v: z.number() }).nullable() }),
    ),
  ),
});

/** Where a source's streams go on, by account; never holds a secret. */
export interface ReadState {
  stateOf(account: string, stream: string): StreamState | null;
  known(): readonly KnownStream[];
  set(account: string, stream: string, state: StreamState): void;
  setColumns(account: string, stream: string, columns: readonly string[]): void;
  /** Writes the file, whole or not at all. */
  save(file: string): Promise<void>;
}

/** Reads a state file, or begins an empty one. Throws FILE_MISSING and CONFIG_INVALID. */
export async function openReadState(file: string | null, connector: string): Promise<ReadState> {
  const value: z.infer<typeof schema> =
    file === null ? { v: 1, connector, accounts: {} } : await readState(file, connector);
  const entry = (account: string, stream: string): { columns: string[]; state: StreamState | null } => {
    const streams = (value.accounts[account] ??= {});
    return (streams[stream] ??= { columns: [], state: null });
  };
  return {
    stateOf: (account, stream) => value.accounts[account]?.[stream]?.state ?? null,
    known: () =>
      Object.values(value.accounts)
        .flatMap((streams) => Object.entries(streams))
        .map(([name, { columns }]) => ({ name, columns }))
        .filter(({ columns }) => columns.length > 0),
    set: (account, stream, state) => void (entry(account, stream).state = state),
    setColumns: (account, stream, columns) => void (entry(account, stream).columns = [...columns]),
    save: async (target) => {
      const temporary = `${target}.${process.pid}.tmp`;
      await writeFile(temporary, `${JSON.stringify(value)}\n`);
      await rename(temporary, target);
    },
  };
}

async function readState(file: string, connector: string): Promise<z.infer<typeof schema>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    // The first read of a schedule names the file that it will write.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw toC360Error(error, file);
  });
  if (text === null || text.trim() === "") return { v: 1, connector, accounts: {} };
  const parsed = schema.safeParse(parseOrNull(text));
  if (!parsed.success) throw new C360Error("CONFIG_INVALID", { file, problems: "it is no state of c360 read" });
  if (parsed.data.connector !== connector) {
    throw new C360Error("CONFIG_INVALID", { file, problems: `it belongs to the connector ${parsed.data.connector}` });
  }
  return parsed.data;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
