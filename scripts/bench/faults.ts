import { FAULT_POINTS } from "../../tests/support/fault-points.ts";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { answer, measure, withFolder } from "./process.ts";

const WORDS = ["demo", "--scale", "0.1"];

/** Kill -9 at every step boundary and inside every step, then run again: the content must be that of an undisturbed run. */
export async function* benchFaults(words: readonly string[]): AsyncGenerator<Figure> {
  const points = words.length > 0 ? words : FAULT_POINTS;
  const undisturbed = await withFolder(async (dir) => answer(await measure([...WORDS, "--workspace", dir, "--json"])));
  let wrong = 0;
  for (const point of points) {
    const figure = await withFolder(async (dir): Promise<Figure> => {
      const killed = await measure([...WORDS, "--workspace", dir, "--json"], { C360_FAULT: point });
      if (killed.signal !== "SIGKILL") return { what: `kill -9 at ${point}`, value: "never reached", met: false };
      const resumed = answer(await measure([...WORDS, "--workspace", dir, "--json"]));
      const equal =
        resumed["content_hash"] === undisturbed["content_hash"] && resumed["records"] === undisturbed["records"];
      return { what: `kill -9 at ${point}`, value: equal ? "equal" : "different", met: equal };
    });
    if (figure.met !== true) wrong += 1;
    yield figure;
  }
  yield atMost("points after which the content differs", wrong, `of ${points.length}`, 0);
}
