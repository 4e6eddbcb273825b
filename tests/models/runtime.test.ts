import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { addBias, matMul, openBackend, tidy } from "#models";

const run = promisify(execFile);

describe("backends", () => {
  it("opens WebAssembly without being asked, and plain CPU when asked", async () => {
    expect((await openBackend()).name).toMatch(/wasm|tensorflow/);
    expect((await openBackend({ prefer: "cpu" })).name).toBe("cpu");
    expect((await openBackend({ prefer: "wasm" })).name).toBe("wasm");
  });

  it("says nothing on the terminal, on either backend", async () => {
    const program = `
      const { openBackend } = await import("./models/index.ts");
      for (const prefer of ["cpu", "wasm"]) {
        const { tf, name } = await openBackend({ prefer });
        if (name !== prefer) throw new Error(name);
        tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[1], [2]])).dataSync();
      }
      console.log("done");`;
    const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
    expect(stdout).toBe("done\n");
    expect(stderr).toBe("");
  });

  it.each(["wasm", "cpu"] as const)(
    "gives the gradients of product and bias on %s, and leaks no tensor",
    async (prefer) => {
      const backend = await openBackend({ prefer });
      const { tf } = backend;
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3], [4, 3]);
      const w = tf.tensor2d([0.1, -0.2, 0.3, 0.4, -0.5, 0.6], [3, 2]);
      const b = tf.tensor2d([0.5, -0.5], [1, 2]);
      const dy = tf.tensor2d([1, -1, 0.5, 2, 0, 3, -2, 1], [4, 2]);
      const before = tf.memory().numTensors;
      tidy(backend, () => {
        const layer = (...args: (typeof x)[]) =>
          addBias(backend, matMul(backend, args[0] ?? x, args[1] ?? w), args[2] ?? b);
        const [dx, dw, db] = tf.grads(layer as never)([x, w, b], dy);
        expect([...(dx?.dataSync() ?? [])].slice(0, 3).map((v) => Number(v.toFixed(5)))).toEqual([0.3, -0.1, -1.1]);
        const byHand = [...tf.matMul(x, dy, true, false).dataSync()];
        expect([...(dw?.dataSync() ?? [])]).toEqual(byHand);
        expect([...(db?.dataSync() ?? [])]).toEqual([-0.5, 5]);
      });
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([x, w, b, dy]);
    },
  );
});
