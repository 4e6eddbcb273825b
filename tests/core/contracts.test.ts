import { assert, dictionary, jsonValue, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  contentHash,
  createLogger,
  createRedactor,
  manualClock,
  mintCustomerId,
  parseSourceKey,
  partitionFor,
  rawTopic,
  seededRandom,
  sourceKey,
  toC360Error,
} from "#core";

describe("source keys", () => {
  it("can be taken apart again, whatever stands in them", () => {
    const part = string({ unit: "grapheme" });
    assert(
      property(part, part, part, part, (source, account, stream, id) => {
        const parts = { source, account, stream, id };
        expect(parseSourceKey(sourceKey(parts))).toEqual(parts);
      }),
    );
    expect(() => parseSourceKey("only:three:parts")).toThrow(TypeError);
  });

  it("give the same partition everywhere, and topics in plain ASCII", () => {
    expect(partitionFor("quickbooks:1:customers:42", 4)).toBe(partitionFor("quickbooks:1:customers:42", 4));
    expect(new Set(Array.from({ length: 100 }, (_, i) => partitionFor(`key-${i}`, 4))).size).toBe(4);
    expect(rawTopic("excel", "Clientes Año 2026")).toMatch(/^raw\.excel\.[a-z0-9_-]+$/);
  });
});

describe("content hashes and ids", () => {
  it("do not depend on the order of keys", () => {
    assert(
      property(dictionary(string(), jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(contentHash(turned)).toBe(contentHash(value));
      }),
    );
    expect(canonicalJson({ b: 1, a: { d: 2, c: [3, { f: 4, e: 5 }] } })).toBe(
      '{"a":{"c":[3,{"e":5,"f":4}],"d":2},"b":1}',
    );
  });

  it("mint the same customer id from the same record, and others from others", () => {
    const ids = Array.from({ length: 5000 }, (_, i) => mintCustomerId(`quickbooks:1:customers:${i}`));
    expect(new Set(ids).size).toBe(5000);
    expect(mintCustomerId("quickbooks:1:customers:7")).toBe(ids[7]);
    expect(ids.every((id) => /^C[0-9a-z]{12}$/.test(id))).toBe(true);
  });
});

describe("chance and time", () => {
  it("repeat for the same seed", () => {
    const first = seededRandom(7);
    const second = seededRandom(7);
    const numbers = Array.from({ length: 100 }, () => first());
    expect(numbers).toEqual(Array.from({ length: 100 }, () => second()));
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
  });

  it("move only when somebody sleeps on a manual clock", async () => {
    const clock = manualClock(1000);
    await clock.sleep(500);
    expect(clock.now()).toBe(1500);
  });
});

describe("the logger", () => {
  it("hides known secrets in every encoding, and bearer tokens that nobody told it of", () => {
    const redactor = createRedactor();
    redactor.add("s3cret value/+");
    const lines: string[] = [];
    const log = createLogger({ level: "info", redactor, stream: { write: (line) => void lines.push(line) } });
    const spellings = [
      "s3cret value/+",
      encodeURIComponent("s3cret value/+"),
      Buffer.from("s3cret value/+").toString("base64"),
    ];
    for (const text of spellings) log.info({ text }, "said");
    log.info({ header: "Bearer abcdef1234567890" }, "asked");
    expect(lines.join("")).not.toMatch(/s3cret|abcdef1234567890/);
    for (const text of spellings) expect(lines.join("")).not.toContain(text);
    expect(lines).toHaveLength(4);
  });
});

describe("system errors", () => {
  it("become errors that say what to do", () => {
    expect(toC360Error(Object.assign(new Error("x"), { code: "ENOSPC" }), "/data")).toMatchObject({
      code: "DISK_FULL",
    });
    expect(toC360Error(Object.assign(new Error("x"), { code: "EACCES", path: "/p" }))).toMatchObject({
      code: "PERMISSION",
    });
    expect(toC360Error(Object.assign(new Error("x"), { code: "EADDRINUSE", port: 80 }))).toMatchObject({
      code: "PORT_IN_USE",
    });
    expect(toC360Error("odd")).toMatchObject({ code: "INTERNAL", exit: 1 });
  });
});
