import { COMMANDS } from "../../jobs/command-list.ts";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { measure } from "./process.ts";

/** How long `--help` takes, for the program and for each command; the best of three, as a person's second try. */
export async function* benchCommands(): AsyncGenerator<Figure> {
  for (const words of [["--help"], ...COMMANDS.map((command) => [...command.name.split(" "), "--help"])]) {
    const times: number[] = [];
    for (let i = 0; i < 3; i += 1) times.push((await measure(words)).seconds);
    yield atMost(`c360 ${words.join(" ")}`, Math.min(...times), "s", 0.5);
  }
}
