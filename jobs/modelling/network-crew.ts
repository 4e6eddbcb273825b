import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { FoldCrew, FoldData, FoldNetwork } from "#models";
import { openThread } from "./threads.ts";

/** What the other thread starts with. */
export interface CrewThread {
  readonly data: FoldData;
  /** Folds dealt, and folds answered by the other thread. */
  readonly counts: Int32Array;
  readonly port: MessagePort;
}

/** What the other thread says of a fold. */
export type CrewAnswer = { readonly made: FoldNetwork } | { readonly problem: string };

/** Places in the shared counts. */
export const DEALT = 0;
/** See {@link DEALT}. */
export const ANSWERED = 1;

/** A fold takes minutes at most. */
const PATIENCE_MS = 1_800_000;

/**
 * Opens a thread that trains networks while this one trains other kinds; both take folds until none is left. Waiting
 * blocks this thread: nobody else waits for it in a command that trains.
 */
export function openNetworkCrew(data: FoldData): FoldCrew {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const { port1, port2 } = new MessageChannel();
  const thread: CrewThread = { data, counts, port: port2 };
  const worker = openThread(new URL("./network-worker.ts", import.meta.url), thread, [port2]);
  worker.unref();
  return {
    next: () => Atomics.add(counts, DEALT, 1),
    join: (many) => {
      let answered = Atomics.load(counts, ANSWERED);
      while (answered < many && Atomics.wait(counts, ANSWERED, answered, PATIENCE_MS) !== "timed-out") {
        answered = Atomics.load(counts, ANSWERED);
      }
      const answers: CrewAnswer[] = [];
      for (let got = receiveMessageOnPort(port1); got !== undefined; got = receiveMessageOnPort(port1)) {
        answers.push((got as { readonly message: CrewAnswer }).message);
      }
      port1.close();
      void worker.terminate();
      if (answers.length < many) throw new Error("a thread that trains networks gave no answer");
      return answers.map((answer) => {
        if ("made" in answer) return answer.made;
        throw new Error(`a network could not be trained beside the others: ${answer.problem}`);
      });
    },
  };
}
