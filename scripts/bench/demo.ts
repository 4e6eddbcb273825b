import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { answer, measure, withFolder } from "./process.ts";

/** The demo and the night after it: time, memory, and that nothing changes. */
export async function* benchDemo(): AsyncGenerator<Figure> {
  const figures = await withFolder(async (dir) => {
    const found: Figure[] = [];
    const first = await measure(["demo", "--workspace", dir, "--json"]);
    found.push(
      atMost("c360 demo", first.seconds, "s", 60),
      atMost("c360 demo, all processes", first.peakMb, "MB", 1500),
    );
    const run = answer(first);
    for (const name of ["records", "customers", "questions"]) found.push({ what: name, value: Number(run[name]) });
    const second = await measure(["demo", "--workspace", dir, "--json"]);
    const again = answer(second);
    found.push(
      atMost("second nightly, nothing changed", Number(again["seconds"]), "s", 10),
      atMost("rows changed by it", Number(again["rows_changed"]), "rows", 0),
      {
        what: "same content hash",
        value: again["content_hash"] === run["content_hash"],
        met: again["content_hash"] === run["content_hash"],
      },
    );
    const rebuilt = answer(await measure(["nightly", "--no-sync", "--rebuild", "--workspace", dir, "--json"]));
    found.push(atMost("rows changed by computing everything anew", Number(rebuilt["rows_changed"]), "rows", 0));
    return found;
  });
  yield* figures;
}
