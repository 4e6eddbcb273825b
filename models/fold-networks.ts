import { seededRandom } from "#core";
import { everyRow } from "./columns.ts";
import { encode, fitEncoder } from "./encode.ts";
import { logLoss } from "./metrics.ts";
import { trainNetwork } from "./network.ts";
import { networkLogits } from "./network-score.ts";
import { permutation } from "./random.ts";
import { sigmoid } from "./special.ts";
import type { Encoder } from "./encode.ts";
import type { Network } from "./network-score.ts";
import type { Backend } from "./runtime.ts";
import type { Candidate, TrainingData } from "./training-types.ts";

/** What networks learn from: it can be sent to another thread. */
export type FoldData = Pick<TrainingData, "columns" | "labels" | "folds" | "foldCount" | "seed">;

/** The network of one fold, and its logits for the rows held out, in their order. */
export interface FoldNetwork {
  readonly fold: number;
  readonly encoder: Encoder;
  readonly net: Network;
  readonly held: Float32Array | Float64Array;
}

/** Deals folds to whoever is free: this thread, and others that began earlier. */
export interface FoldCrew {
  /** The next fold that nobody has begun; at least as many as there are when all are dealt. */
  next(): number;
  /** Waits for the folds that others began, of which there are `many`. Throws where one of them failed. */
  join(many: number): readonly FoldNetwork[];
}

/** A crew of this thread alone. */
export function alone(): FoldCrew {
  let dealt = -1;
  return { next: () => (dealt += 1), join: () => [] };
}

/** Rows that all folds' networks together may see, all epochs counted: time, not quality, sets it. */
const VISITS = 420_000;
/** Encoded columns up to which they may: a wider table's rows take longer, so fewer are seen. */
const WIDE = 1200;
/** Pieces of a number, and of all numbers together where a table has very many. */
const PIECES = { each: 12, all: 600, least: 3 };

const NETWORK = { members: 8, hidden: 64, rate: 0.003, decay: 0.01, dropout: 0.1 };

/** One network for each fold; their mean is the model. Who trained a fold changes nothing in it. */
export function trainNetworks(backend: Backend, data: FoldData, crew: FoldCrew): Candidate {
  const { labels, folds, foldCount } = data;
  const own: FoldNetwork[] = [];
  for (let fold = crew.next(); fold < foldCount; fold = crew.next()) own.push(trainFold(backend, data, fold));
  const all = [...own, ...crew.join(foldCount - own.length)].sort((a, b) => a.fold - b.fold);
  const outOfFold = new Float64Array(labels.length);
  for (const { fold, held } of all) {
    let k = 0;
    for (let i = 0; i < labels.length; i += 1) {
      if (folds[i] !== fold) continue;
      outOfFold[i] = held[k]!;
      k += 1;
    }
  }
  return {
    kind: "network",
    name: "network",
    outOfFold,
    logLoss: logLoss(labels, outOfFold.map(sigmoid)),
    parts: all.map(({ encoder, net }) => ({ kind: "network", weight: 1 / foldCount, encoder, net })),
    settings: { epochs: lengthOf(data).epochs, ...NETWORK },
  };
}

/** Trains the network of one fold. The same data and fold give the same bits in every thread of one backend. */
export function trainFold(backend: Backend, data: FoldData, fold: number): FoldNetwork {
  const { columns, labels, folds, seed } = data;
  const { epochs, most, pieces } = lengthOf(data);
  const every = everyRow(labels.length);
  const held = every.filter((i) => folds[i] === fold);
  const rest = every.filter((i) => folds[i] !== fold);
  const train = rest.length <= most ? rest : someOf(rest, most, seed);
  const encoder = fitEncoder(columns, train, { pieces, labels });
  const net = trainNetwork(
    backend,
    encoder,
    encode(encoder, columns, train),
    Float64Array.from(train, (i) => labels[i]!),
    { ...NETWORK, epochs, batch: labels.length > 15_000 ? 512 : 256, seed: seed * 17 + fold + 1 },
  );
  return { fold, encoder, net, held: networkLogits(backend, net, encode(encoder, columns, held)) };
}

/** How long a network learns, and how finely it sees numbers. */
function lengthOf({ columns, labels, foldCount }: FoldData): {
  readonly epochs: number;
  readonly most: number;
  readonly pieces: number;
} {
  const numbers = columns.filter(({ values }) => values !== null).length;
  const pieces = Math.max(PIECES.least, Math.min(PIECES.each, Math.floor(PIECES.all / Math.max(1, numbers))));
  // Edges by outcome, the straight line and the gap come on top; a category has thirty columns at most.
  const width = columns.reduce(
    (sum, one) => sum + (one.values === null ? Math.min(32, one.levels.length) : pieces + 5),
    0,
  );
  const visits = VISITS * Math.min(1, WIDE / Math.max(1, width));
  const epochs = Math.min(15, Math.max(4, Math.round(visits / (foldCount - 1) / labels.length)));
  return { epochs, most: Math.round(visits / foldCount / epochs), pieces };
}

function someOf(rows: Int32Array, many: number, seed: number): Int32Array {
  return permutation(seededRandom(seed), rows.length)
    .subarray(0, many)
    .map((place) => rows[place]!)
    .sort();
}
