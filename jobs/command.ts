/** One option of a command, in commander's notation. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly default?: string;
  /** May be given several times. */
  readonly many?: boolean;
}

/** What the command line knows of a command without loading it: `--help` must be quick. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** Arguments in commander's notation, e.g. `<connector> [target]`. */
  readonly args?: string;
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Codes beside 0 that the command ends with, for `--help`. */
  readonly exits?: string;
  /** Loads the command's module; it exports `run`. */
  readonly load: () => Promise<{ run: CommandRun }>;
}

/** Arguments and options as they were typed, after commander. */
export interface CommandInput {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** Runs a command; gives its exit code. */
export type CommandRun = (input: CommandInput) => Promise<number>;
