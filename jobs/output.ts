import type { Clock } from "#core";
import { liveRedactor } from "./redaction.ts";

/** How a command speaks: to a terminal, to a file of lines, or to a program. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing in JSON mode. */
  line(text?: string): void;
  /** The answer for programs; nothing otherwise. */
  result(value: unknown): void;
  /** A step of a longer work begins. */
  step(name: string): void;
  /** How far the step is. `total` gives the time left on a terminal. */
  progress(done: number, total?: number, what?: string): void;
  /** The step ended, with a word on what it did. */
  done(summary: string): void;
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
}

/** Makes the output of a command. Progress goes to standard error, and redraws itself only on a terminal. */
export function createOutput(options: {
  readonly json: boolean;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}): Output {
  const terminal = process.stderr.isTTY && !options.json;
  const colour = process.stdout.isTTY && !options.json && (options.env["NO_COLOR"] ?? "") === "";
  const paint = (code: string) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const steps = createSteps(options.clock, terminal, options.json);
  return {
    json: options.json,
    line: (text = "") => {
      if (!options.json) process.stdout.write(`${liveRedactor.redact(text)}\n`);
    },
    result: (value) => {
      if (options.json) process.stdout.write(`${liveRedactor.redact(JSON.stringify(value))}\n`);
    },
    ...steps,
    width: Math.min(process.stdout.columns ?? 100, 120),
    bold: paint("1"),
    dim: paint("2"),
  };
}

function createSteps(clock: Clock, terminal: boolean, quiet: boolean): Pick<Output, "step" | "progress" | "done"> {
  let name = "";
  let startedAt = 0;
  let drawnAt = 0;
  const draw = (text: string): void => {
    process.stderr.write(`\r\u001b[2K${text}`);
  };
  return {
    step: (next) => {
      name = next;
      startedAt = clock.now();
      drawnAt = 0;
      if (terminal) draw(`… ${name}`);
    },
    progress: (done, total, what = "") => {
      if (!terminal || clock.now() - drawnAt < 100) return;
      drawnAt = clock.now();
      const share = total === undefined || total === 0 ? "" : ` of ${total.toLocaleString("en")}${left(done, total)}`;
      draw(`… ${name}: ${done.toLocaleString("en")}${share} ${what}`.trimEnd());
    },
    done: (summary) => {
      if (quiet) return;
      const seconds = ((clock.now() - startedAt) / 1000).toFixed(1);
      const text = `${name}: ${summary} (${seconds} s)`;
      if (terminal) draw(`✓ ${text}\n`);
      else process.stderr.write(`${liveRedactor.redact(text)}\n`);
    },
  };

  function left(done: number, total: number): string {
    if (done <= 0) return "";
    const seconds = Math.ceil((((clock.now() - startedAt) / done) * (total - done)) / 1000);
    return seconds > 0 ? `, about ${seconds} s left` : "";
  }
}

/** Rows as lines with columns of equal width; the last column is cut to fit. */
export function formatTable(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...rows.map((row) => letters(row[i] ?? "").length)),
  );
  return rows.map((row) => {
    const text = row
      .map((cell, i) => (i === columns - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - letters(cell).length)))
      .join("  ");
    return letters(text).length > width
      ? `${letters(text)
          .slice(0, width - 1)
          .join("")}…`
      : text;
  });
}

const SEGMENTER = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Letters as people count them. */
function letters(text: string): readonly string[] {
  return Array.from(SEGMENTER.segment(text), (one) => one.segment);
}
