// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import type { Worker } from "node:worker_threads";
import type { LinkageSettings, LinkHelper, Prepared } from "#identity";
import { openThread } from "../modelling/threads.ts";
import { packPrepared } from "./row-columns.ts";
import type { KnownSettings, RowAnswer, TeamMessage, TeamSettings, TeamTask } from "./thread-tasks.ts";

const MOST_THREADS = 8;

/** Threads beside this one that read rows and weigh pairs. They start at once, so that they are ready when they are needed. */
export class ThreadTeam {
  readonly workers: readonly Worker[];
  private problem: Error | null = null;

  constructor(threads: number) {
    this.workers = Array.from({ length: Math.max(0, Math.min(threads, MOST_THREADS) - 1) }, () =>
      openThread(new URL("./row-worker.ts", import.meta.url), {}),
    );
    // Heard from the start: a thread that fails while nobody listens would end the whole process.
    for (const worker of this.workers) worker.on("error", (error: Error) => (this.problem ??= error));
  }

  /** What made a thread fail, if any did. */
  get failure(): Error | null {
    return this.problem;
  }

  /**
   * Help with a linkage from the first thread; undefined where there is none. `kept` are the prepared records that the
   * rows were read to, which that thread has as well; null, or none at all, where it has them not.
   */
  helper(kept: readonly (Prepared | null)[]): LinkHelper | undefined {
    const [worker] = this.workers;
    if (worker === undefined) return undefined;
    let known: KnownSettings | null = null;
    // Words and frequencies are the bulk of the settings and seldom other ones: they are told once.
    const tell = ({ lexicon, frequencies, ...settings }: LinkageSettings): TeamSettings => {
      if (known === null || known.lexicon !== lexicon || known.frequencies !== frequencies) {
        known = { lexicon, frequencies };
        send(worker, { name: "know", known });
      }
      return settings;
    };
    return {
      take: (records, places) => {
        const at: number[] = [];
        for (const [position, record] of records.entries())
          if (kept[places[position] ?? -1] !== record) at.push(position);
        const changed = packPrepared(at.flatMap((position) => records[position] ?? []));
        send(worker, { name: "order", order: { places: Int32Array.from(places), at: Int32Array.from(at), changed } });
      },
      shared: () => ask(worker, { name: "shared" }),
      keys: () => ask(worker, { name: "keys" }),
      fit: (settings, work) => ask(worker, { name: "fit", settings: tell(settings), work }),
      weigh: (settings, pairs) => ask(worker, { name: "weigh", settings: tell(settings), pairs }),
    };
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Tells a thread something that it does not answer, or answers by an event. */
export function send(worker: Worker, task: TeamTask): void {
  const message: TeamMessage = { task, asked: null };
  worker.postMessage(message);
}

let asks = 0;

interface Answer<T> extends RowAnswer {
  /** Number of what was asked; null for an answer to nothing. */
  readonly asked: number | null;
  readonly answer?: T;
}

/** Asks a thread and waits. Throws where it fails or ends. */
function ask<T>(worker: Worker, task: TeamTask): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      act();
    };
    asks += 1;
    const own = asks;
    const onMessage = ({ ready, asked, answer, problem }: Answer<T>): void => {
      // A thread that started late says so when nobody waits for it any more; what it was told and failed at concerns all.
      if (ready === true || (asked !== own && (asked !== null || problem === undefined))) return;
      settle(() => (answer === undefined ? reject(new Error(problem ?? "a thread gave no answer")) : resolve(answer)));
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void => onError(new Error(`a thread ended with code ${String(code)}`));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    const message: TeamMessage = { task, asked: own };
    worker.postMessage(message);
  });
}
