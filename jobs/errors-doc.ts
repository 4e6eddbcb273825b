import { ERRORS, EXIT } from "#core";

/** The text of docs/errors.md, made from the catalogue. */
export function errorsDocument(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, error]) =>
      `| \`${code}\` | ${error.class} | ${cell(error.message)} | ${cell(error.hint)} | ${error.retryable ? "yes" : "no"} | ${error.exit} |`,
  );
  const exits = Object.entries(EXIT).map(([name, code]) => `| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |`);
  return `# Errors

Every error has a code, says what happened, what is safe, and what to type next. Values stand in for the \`{names}\`.

## Exit codes

| code | meaning |
|---|---|
${exits.join("\n")}

## Catalogue

| code | kind | message | what is safe, and what next | trying again helps | exit |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "done",
  failed: "something failed; yesterday's data stay published",
  usage: "the command line or the configuration is wrong; nothing was done",
  partial: "published, but at least one source could not be read whole or was held back",
  locked: "another run holds the lock",
};

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
