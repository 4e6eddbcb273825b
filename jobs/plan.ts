import { toC360Error } from "#core";
import type { StreamInfo } from "#core";
import { formatTable } from "./output.ts";
import { configuredSources, openSource } from "./sources.ts";
import type { Source } from "./sources.ts";
import type { Workspace } from "./workspace.ts";

interface PlannedStream {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly title: string;
  readonly mode: string;
  readonly means: string;
  /** Why it cannot be read. */
  readonly unreadable?: string;
}

/** Shows what a run would read and do, by asking each source what it has; reads no records and writes nothing. */
export async function printPlan(workspace: Workspace, only: readonly string[]): Promise<number> {
  const streams: PlannedStream[] = [];
  const problems: { source: string; code: string; message: string; hint: string }[] = [];
  for (const source of configuredSources(workspace, only)) {
    try {
      streams.push(...(await planSource(workspace, source)));
    } catch (thrown) {
      const { code, message, hint } = toC360Error(thrown);
      problems.push({ source: source.name, code, message, hint });
    }
  }
  const { out } = workspace;
  out.line(out.bold("Would read"));
  const rows = streams.map((one) => [one.source, one.account, one.stream, one.mode, one.means, one.title]);
  for (const line of formatTable([["source", "account", "stream", "mode", "means", "title"], ...rows], out.width))
    out.line(`  ${line}`);
  for (const one of streams) if (one.unreadable !== undefined) out.line(`  ${one.unreadable}`);
  for (const one of problems) out.line(`  ${one.source}: ${one.message} [${one.code}]\n    ${one.hint}`);
  out.line();
  out.line("Then: cleanse, resolve who is who, score, audit; publish only what passed; write the lists.");
  out.line("Deletes that would take more than the guarded share of a stream are held back until you confirm them.");
  out.result({ streams, problems });
  return problems.length === 0 ? 0 : 1;
}

function meaningOf(stream: StreamInfo, entity: string | undefined): string {
  if (stream.unreadable !== undefined) return "cannot be read";
  return entity ?? (stream.columns.length > 0 ? "to be guessed" : stream.name);
}

async function planSource(workspace: Workspace, source: Source): Promise<readonly PlannedStream[]> {
  const stop = new AbortController();
  const sessions = await openSource(workspace, source, { signal: stop.signal, known: () => Promise.resolve([]) });
  try {
    const planned: PlannedStream[] = [];
    for (const session of sessions) {
      for (const stream of await session.discover()) {
        const table = source.config.tables?.[stream.name];
        planned.push({
          source: source.name,
          account: session.account,
          stream: stream.name,
          title: stream.title,
          mode: stream.mode,
          means: meaningOf(stream, table?.entity),
          ...(stream.unreadable === undefined ? {} : { unreadable: stream.unreadable }),
        });
      }
    }
    return planned;
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}
