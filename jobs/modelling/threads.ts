// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

/** A thread does not inherit a loader that was registered by call, so it registers its own before it loads its work. */
const STARTER = `const { workerData } = require("node:worker_threads");
import(workerData.loader).then(({ register }) => {
  register();
  return import(workerData.entry);
});`;

/** Opens a thread that runs a module, with `data` as its worker data; `moved` is handed over rather than copied. */
export function openThread(entry: URL, data: object, moved: readonly MessagePort[] = []): Worker {
  // What `scripts/build.mjs` built needs no loader.
  if (entry.pathname.endsWith(".js")) return new Worker(entry, { workerData: data, transferList: [...moved] });
  const required = createRequire(import.meta.url).resolve("tsx/esm/api");
  const loader = pathToFileURL(required.replace(/\.cjs$/, ".mjs")).href;
  return new Worker(STARTER, {
    eval: true,
    workerData: { ...data, loader, entry: entry.href },
    transferList: [...moved],
  });
}

/** Sends one message and waits for its answer. Throws where the thread fails or ends. */
export function ask<Answer>(worker: Worker, message: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      worker.off("exit", onExit);
      act();
    };
    const onMessage = ({ answer, problem }: { answer?: Answer; problem?: string }): void => {
      end(() => {
        if (answer === undefined) reject(new Error(problem ?? "a worker gave no answer"));
        else resolve(answer);
      });
    };
    const onError = (error: Error): void => {
      end(() => {
        reject(error);
      });
    };
    const onExit = (code: number): void => {
      end(() => {
        reject(new Error(`a worker ended with code ${String(code)}`));
      });
    };
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    worker.postMessage(message);
  });
}
