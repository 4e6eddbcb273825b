import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "#core";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { answer, measure, withFolder } from "./process.ts";

const CUSTOMERS = 5000;
const SALES = 50_000;

/** A customer sheet and a sales file of one's own to a scored list, and next month's files under new names. */
export async function* benchOwnData(): AsyncGenerator<Figure> {
  const figures = await withFolder(async (dir) => {
    const customers = join(dir, "my customers.csv");
    const sales = join(dir, "till export.csv");
    await writeFile(customers, customerFile(CUSTOMERS));
    await writeFile(sales, salesFile(SALES));
    const workspace = join(dir, "workspace");
    let seconds = 0;
    for (const words of [["init"], ["add", "excel", customers], ["add", "excel", sales]]) {
      seconds += (await measure([...words, "--workspace", workspace])).seconds;
    }
    const nightly = await measure(["nightly", "--workspace", workspace, "--json"]);
    seconds += nightly.seconds;
    const run = answer(nightly);
    const again = join(dir, "my customers july.csv");
    await writeFile(again, customerFile(CUSTOMERS));
    await measure(["add", "excel", again, "--workspace", workspace]);
    const next = answer(await measure(["nightly", "--workspace", workspace, "--json"]));
    await measure(["db", "stop", "--workspace", workspace]);
    return [
      atMost("init, add, add, nightly", seconds, "s", 60),
      atMost("memory", nightly.peakMb, "MB", 1500),
      { what: "scored", value: run["not_scored"] === null, met: run["not_scored"] === null },
      { what: "customers", value: Number(run["customers"]) },
      atMost(
        "customers doubled by next month's file",
        Number(next["customers"]) - Number(run["customers"]),
        "customers",
        0,
      ),
    ];
  });
  yield* figures;
}

const FIRST = ["Andre", "Keisha", "Marlon", "Tanya", "Devon", "Simone", "Omar", "Nadine", "Rohan", "Camille"];
const LAST = ["Brown", "Campbell", "Williams", "Grant", "Reid", "Morgan", "Clarke", "Gordon", "Bailey", "Thompson"];

function customerFile(count: number): string {
  const random = seededRandom(7);
  const rows = Array.from({ length: count }, (_, i) => {
    const first = FIRST[Math.floor(random() * FIRST.length)] ?? "";
    const last = `${LAST[Math.floor(random() * LAST.length)] ?? ""}${["", "son", "-Lee", "ton"][i % 4] ?? ""}`;
    const phone = `876-${200 + (i % 700)}-${String(1000 + Math.floor(i / 700) * 17 + (i % 83)).padStart(4, "0")}`;
    return `C${10_000 + i},${first} ${last},${phone},${first}.${last}${i}@example.com`.toLowerCase().replace(/^c/, "C");
  });
  return ["Customer No,Full Name,Telephone,E-mail", ...rows, ""].join("\n");
}

function salesFile(count: number): string {
  const random = seededRandom(8);
  const start = Date.UTC(2024, 0, 1);
  const rows = Array.from({ length: count }, (_, i) => {
    // A third of the customers buys most of what is sold, as in any shop.
    const customer = Math.floor(random() ** 2 * CUSTOMERS);
    const lapsed = customer % 5 === 0 ? 0.6 : 1;
    const day = new Date(start + Math.floor(random() * 900 * lapsed) * 86_400_000).toISOString().slice(0, 10);
    return `S${100_000 + i},${day},C${10_000 + customer},${(500 + random() * 20_000).toFixed(2)}`;
  });
  return ["Receipt,Date,Customer No,Total", ...rows, ""].join("\n");
}
