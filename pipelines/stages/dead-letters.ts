import { z } from "zod";
import { deadLetterTopic } from "#core";
import type { Database, EventLog, LogAppend } from "#core";
import * as sql from "../queries/dead-letters.ts";

/** A message that a stage could not handle, and why. */
export interface DeadLetter {
  readonly id: number;
  readonly stage: string;
  /** Where the message stood. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Key of the record. */
  readonly key: string;
  readonly error: string;
  readonly at: string;
}

/** What `dead-letter.<stage>` holds of a message. */
const letterSchema = z.object({
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  key: z.string(),
  value: z.unknown(),
  headers: z.record(z.string(), z.string()),
});

/** Messages that wait as dead letters, oldest first. */
export async function listDeadLetters(db: Database): Promise<readonly DeadLetter[]> {
  return (await db.query<DeadLetter>(sql.deadLetters)).rows;
}

/**
 * Sends every waiting dead letter once more down the topic on which it failed, word for word, and takes it off the list:
 * what fails again comes back as a new letter. Run the stages afterwards. Answers how many were sent, and how many could
 * not be because the log no longer keeps them; those stay on the list.
 */
export async function replayDeadLetters(
  db: Database,
  log: EventLog,
): Promise<{ readonly sent: number; readonly gone: number }> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<DeadLetter>(`${sql.deadLetters} for update`);
    const wanted = new Map(rows.map((row) => [place(row.stage, row), row.id]));
    const found = new Map<number, LogAppend>();
    for (const stage of new Set(rows.map((row) => row.stage))) {
      await readLetters(log, stage, (letter) => {
        const id = wanted.get(place(stage, letter));
        if (id === undefined) return;
        found.set(id, { topic: letter.topic, key: letter.key, value: letter.value, headers: letter.headers });
      });
    }
    // Two stages that read one topic may both have failed on one message: it is sent once.
    const messages = new Map<string, LogAppend>();
    for (const row of rows) {
      const message = found.get(row.id);
      if (message !== undefined) messages.set(place("", row), message);
    }
    await tx.query(sql.forgetDeadLetters, [[...found.keys()]]);
    await log.append([...messages.values()]);
    return { sent: messages.size, gone: rows.length - found.size };
  });
}

function place(
  stage: string,
  at: { readonly topic: string; readonly partition: number; readonly offset: number },
): string {
  return `${stage} ${at.topic} ${at.partition} ${at.offset}`;
}

function readLetters(
  log: EventLog,
  stage: string,
  take: (letter: z.infer<typeof letterSchema>) => void,
): Promise<void> {
  return log.consume({
    group: "dead-letters",
    topics: [deadLetterTopic(stage)],
    until: "end",
    startOffset: () => Promise.resolve(0),
    onBatch: ({ messages }) => {
      for (const { value } of messages) {
        const letter = letterSchema.safeParse(value);
        if (letter.success) take(letter.data);
      }
      return Promise.resolve();
    },
  });
}
