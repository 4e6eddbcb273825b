import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Asks for a secret on a terminal without showing it. Null where there is no terminal or the answer is empty. */
export async function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  process.stderr.write(`${question} (not shown): `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    const answer = (await prompt.question("")).trim();
    return answer === "" ? null : answer;
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}
