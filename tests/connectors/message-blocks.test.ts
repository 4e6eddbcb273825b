import { describe, expect, it } from "vitest";
import type { ConnectorMessage } from "#core";
import { oneByOne } from "../../connectors/define.ts";
import type { Messages } from "../../connectors/define.ts";

const message = (done: number): ConnectorMessage => ({ type: "progress", stream: "s", done, total: 9 });

interface Source {
  readonly blocks: AsyncGenerator<Messages, void, void>;
  closed(): boolean;
}

/** A source of blocks that tells when it was closed. */
function source(blocks: readonly Messages[]): Source {
  let closed = false;
  async function* give(): AsyncGenerator<Messages, void, void> {
    try {
      for (const block of blocks) {
        await Promise.resolve();
        yield block;
      }
    } finally {
      closed = true;
    }
  }
  return { blocks: give(), closed: () => closed };
}

describe("messages that come in blocks", () => {
  it("are handed on one by one, in order, empty blocks left out", async () => {
    const from = source([[message(1), message(2)], [], message(3), [message(4)]]);
    const seen: number[] = [];
    for await (const one of oneByOne(from.blocks, new AbortController().signal)) {
      if (one.type === "progress") seen.push(one.done);
    }
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(from.closed()).toBe(true);
  });

  it("stop inside a block when the read is aborted, with the reason, and close their source", async () => {
    const from = source([[message(1), message(2)], message(3)]);
    const stop = new AbortController();
    const messages = oneByOne(from.blocks, stop.signal);
    await messages.next();
    stop.abort(new Error("enough"));
    await expect(messages.next()).rejects.toThrow("enough");
    expect(from.closed()).toBe(true);
    expect(await messages.next()).toEqual({ value: undefined, done: true });
  });

  it("close their source when the reader leaves", async () => {
    const from = source([[message(1), message(2)], message(3)]);
    for await (const one of oneByOne(from.blocks, new AbortController().signal)) if (one.type === "progress") break;
    expect(from.closed()).toBe(true);
  });
});
