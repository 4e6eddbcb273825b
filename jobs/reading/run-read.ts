import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { C360Error, slug, toC360Error } from "#core";
import type { Connector, ConnectorSession, Poke, StreamInfo, StreamPlan, StreamState } from "#core";
import type { CommandInput } from "../command.ts";
import { readConfigFile, readingContext, toReadConfig } from "./config.ts";
import type { ReadConfig } from "./config.ts";
import { createMessageLines, failedEnd, openLines } from "./lines.ts";
import type { LineSink } from "./lines.ts";
import { openReadState } from "./state-file.ts";
import type { ReadState } from "./state-file.ts";

interface Reading {
  readonly connector: Connector;
  readonly sink: LineSink;
  readonly state: ReadState;
  readonly stateOut: string | null;
  readonly wanted: readonly string[];
  /** Objects that a webhook named; null for a usual read. */
  readonly pokes: readonly Poke[] | null;
  readonly window: { readonly from: string; readonly to: string } | null;
  /** False once a stream failed or is not whole. */
  whole: boolean;
}

/** Reads a source by hand and prints the contract's messages; 0 only when every stream is complete or confirmed empty. */
export async function runRead(input: CommandInput, connector: Connector, target: string | undefined): Promise<number> {
  const config = await configOf(input, connector, target);
  const state = await openReadState(textOption(input, "state"), connector.name);
  const reading: Reading = {
    connector,
    sink: openLines(textOption(input, "out")),
    state,
    stateOut: textOption(input, "stateOut"),
    wanted: listOption(input, "stream"),
    window: windowOf(input),
    pokes: await pokesOf(input, connector, config.settings),
    whole: true,
  };
  const stop = new AbortController();
  const context = readingContext(input, config, { signal: stop.signal, known: state.known() });
  try {
    const accounts = (await connector.accounts?.(config.settings, context)) ?? [config.settings];
    for (const settings of accounts) {
      const session = await connector.open(settings, context);
      try {
        await readAccount(reading, session);
      } finally {
        await session.close();
      }
    }
  } finally {
    if (reading.stateOut !== null) await state.save(reading.stateOut);
    await reading.sink.close();
  }
  return reading.whole ? 0 : 1;
}

function configOf(input: CommandInput, connector: Connector, target: string | undefined): Promise<ReadConfig> {
  const file = textOption(input, "config");
  if (file !== null) return readConfigFile(file, connector);
  const value = connector.name === "excel" && target !== undefined ? { paths: [resolve(target)] } : {};
  return Promise.resolve(toReadConfig(value, connector, { file: "--config", baseDir: process.cwd() }));
}

async function readAccount(reading: Reading, session: ConnectorSession): Promise<void> {
  const { sink, connector, state } = reading;
  const lineOf = createMessageLines({ source: connector.name, account: session.account });
  let streams: readonly StreamInfo[];
  try {
    streams = await session.discover();
  } catch (error) {
    // Nobody knows the streams: those that were asked for have failed, or all of them.
    reading.whole = false;
    for (const name of reading.wanted.length > 0 ? reading.wanted : ["*"]) await sink.write(failedEnd(name, error));
    return;
  }
  const plans = plansOf(reading, session.account, streams);
  const byName = new Map(streams.map((stream) => [stream.name, stream]));
  const pending = new Map<string, StreamState>();
  for await (const message of session.read(plans)) {
    const written = sink.write(lineOf(message));
    if (written !== undefined) await written;
    if (message.type === "record") continue;
    if (message.type === "checkpoint") {
      // Where absence means deletion, only a whole read moves the state.
      if (byName.get(message.stream)?.deletes === "sweep") pending.set(message.stream, message.state);
      else state.set(session.account, message.stream, message.state);
    }
    if (message.type !== "streamEnd") continue;
    const complete = message.outcome === "complete" || message.outcome === "empty_confirmed";
    if (!complete) reading.whole = false;
    const kept = pending.get(message.stream);
    if (complete && kept !== undefined) state.set(session.account, message.stream, kept);
    const columns = byName.get(message.stream)?.columns ?? [];
    if (complete && columns.length > 0) state.setColumns(session.account, message.stream, columns);
    if (reading.stateOut !== null) await state.save(reading.stateOut);
  }
}

function plansOf(reading: Reading, account: string, streams: readonly StreamInfo[]): readonly StreamPlan[] {
  const { wanted, state, window, pokes } = reading;
  if (pokes !== null) {
    const own = pokes.filter((poke) => poke.account === account);
    return [...new Set(own.map(({ stream }) => stream))].map((stream) => ({
      stream,
      state: null,
      pokes: own.filter((poke) => poke.stream === stream),
    }));
  }
  const named = wanted.map((name) => streams.find((one) => isNamed(one, name))?.name ?? name);
  const names = wanted.length > 0 ? [...new Set(named)] : streams.map((stream) => stream.name);
  return names.map((stream) => ({
    stream,
    state: state.stateOf(account, stream),
    ...(window === null ? {} : { window }),
  }));
}

async function pokesOf(input: CommandInput, connector: Connector, settings: unknown): Promise<readonly Poke[] | null> {
  const file = textOption(input, "webhook");
  if (file === null) return null;
  if (connector.webhook === undefined) {
    throw new C360Error("USAGE", { problem: `${connector.title} has no webhooks.`, command: "read" });
  }
  const body = await readFile(file).catch((error: unknown) => {
    throw toC360Error(error, file);
  });
  return connector.webhook({ body, headers: { "intuit-signature": textOption(input, "signature") ?? "" } }, settings);
}

/** A tab may be asked for by its title too. */
function isNamed(stream: StreamInfo, name: string): boolean {
  return stream.name === name || stream.title === name || slug(stream.title) === slug(name);
}

/** The window of a backfill (`--from`, `--to`), or null. Throws USAGE for what is no date. */
export function windowOf(input: CommandInput): { readonly from: string; readonly to: string } | null {
  const from = textOption(input, "from");
  const to = textOption(input, "to");
  if (from === null && to === null) return null;
  for (const text of [from, to]) {
    if (text !== null && !(/^\d{4}-\d{2}-\d{2}/.test(text) && Number.isFinite(Date.parse(text)))) {
      throw new C360Error("USAGE", { problem: `${text} is no date; write 2026-01-31.`, command: "read" });
    }
  }
  return { from: from ?? "1970-01-01", to: to ?? "9999-12-31" };
}

/** A text option, or null. */
export function textOption(input: CommandInput, name: string): string | null {
  const value = input.options[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function listOption(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  const list = Array.isArray(value) ? (value as readonly string[]) : typeof value === "string" ? [value] : [];
  return list.flatMap((one) => one.split(",")).filter((one) => one !== "");
}
