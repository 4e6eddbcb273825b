import { bandOf, openBackend, openModel } from "#models";
import { readBlocks } from "#warehouse";
import type { Database, SqlClient, SqlValue } from "#core";
import type { Cell, TabularModel } from "#models";
import { openColumnStore } from "./column-store.ts";
import { reasonTexts } from "./model-reasons.ts";
import { openScorePool } from "./score-pool.ts";
import type { ColumnStore } from "./column-store.ts";

/** What is scored, and where it is written. */
export interface ScoreStream {
  readonly model: TabularModel;
  /** Gives the model's features and the id, ordered by the id. */
  readonly query: { readonly text: string; readonly values?: readonly SqlValue[] };
  readonly id: string;
  /** Table with `id, value, rank, band`. */
  readonly scores: string;
  /** Table with `id, position, reason`. */
  readonly reasons: string;
  /** Share of the highest who are explained, 0 to 1. */
  readonly explained: number;
  readonly threads: number;
}

const BLOCK = 8192;
const REASONS = 3;

/**
 * Scores everybody whom a query gives, from Postgres and back: rows come through a cursor into shared columns, threads
 * score them, COPY writes them back, and the highest are explained in a second pass. A million rows of 40 numbers take
 * half a gigabyte. Gives how many were scored and explained. Throws a RangeError for a plain rule.
 */
export async function scoreStream(
  db: Database,
  stream: ScoreStream,
): Promise<{ readonly scored: number; readonly explained: number }> {
  const store = openColumnStore(stream.model, stream.id);
  const pool = openScorePool(stream.model, stream.threads);
  try {
    return await db.transaction(async (tx) => {
      type Row = Readonly<Record<string, Cell>>;
      for await (const rows of readBlocks<Row>(tx, stream.query.text, stream.query.values)) store.add(rows);
      const probabilities = await pool.score(store.columns(), store.ids.length);
      const order = ranked(probabilities);
      await db.copyIn(
        tx,
        stream.scores,
        [stream.id, "value", "rank", "band"],
        scoreRows(stream, store, probabilities, order),
      );
      const highest = order.subarray(0, Math.ceil(stream.explained * order.length));
      await explain(db, tx, stream, store, highest);
      return { scored: order.length, explained: highest.length };
    });
  } finally {
    await pool.close();
  }
}

/** Rows from the highest probability down; equal ones in their order. */
function ranked(probabilities: Float64Array): Int32Array {
  return Int32Array.from(probabilities, (_p, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
}

function* scoreRows(
  { model }: ScoreStream,
  { ids }: ColumnStore,
  probabilities: Float64Array,
  order: Int32Array,
): Generator<readonly SqlValue[]> {
  for (let k = 0; k < order.length; k += 1) {
    const i = order[k]!;
    yield [ids[i]!, probabilities[i]!, k + 1, bandOf(model.bands, probabilities[i]!)];
  }
}

async function explain(
  db: Database,
  tx: SqlClient,
  stream: ScoreStream,
  store: ColumnStore,
  positions: Int32Array,
): Promise<void> {
  const opened = openModel(await openBackend(), stream.model);
  const rows = function* (): Generator<readonly SqlValue[]> {
    for (let from = 0; from < positions.length; from += BLOCK) {
      const block = positions.subarray(from, from + BLOCK);
      const table = store.take(block);
      const { effects } = opened.score(table);
      for (const [k, i] of block.entries()) {
        const value = (feature: string): Cell => table.columns[feature]?.[k] ?? null;
        const texts = reasonTexts(stream.model, effects[k]!, value, REASONS);
        for (const [position, reason] of texts.entries()) yield [store.ids[i]!, position + 1, reason];
      }
    }
  };
  await db.copyIn(tx, stream.reasons, [stream.id, "position", "reason"], rows());
}
