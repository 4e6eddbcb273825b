import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "./queries/decisions.ts";
import type { ConsoleOptions } from "./options.ts";
import { layout } from "./pages/layout.ts";
import type { Html, PageFrame } from "./pages/layout.ts";
import { sessionOf } from "./security.ts";
import type { SessionStore } from "./sessions.ts";
import type { Words } from "./words.ts";

/** What every route has at hand. */
export interface ConsoleContext extends Pick<ConsoleOptions, "db" | "clock" | "log" | "workspaceName"> {
  readonly words: Words;
  readonly actor: Actor;
  readonly sessions: SessionStore;
  readonly cookie: string;
  /** Tells the outside that decisions changed; never throws, never waits. */
  decided(): void;
}

/** Adds routes to the server. */
export type AddRoutes = (app: FastifyInstance, context: ConsoleContext) => void;

/** Sends a page inside the common frame, with what the session still has to say. */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ConsoleContext,
  page: Pick<PageFrame, "title" | "current"> & { readonly body: Html; readonly search?: string },
): Promise<FastifyReply> {
  const session = sessionOf(request);
  const said = session.flash;
  session.flash = null;
  const text = await layout({ ...page, workspaceName: context.workspaceName, csrf: session.csrf, said });
  return reply.type("text/html; charset=utf-8").send(String(text));
}

/** Runs `onDecision` outside the request: one at a time, and once more when something was decided meanwhile. */
export function createNotifier(options: Pick<ConsoleOptions, "onDecision" | "log">): {
  decided(): void;
  settled(): Promise<void>;
} {
  let running: Promise<void> | null = null;
  let again = false;
  async function work(notify: () => Promise<void>): Promise<void> {
    do {
      again = false;
      try {
        await notify();
      } catch {
        // The decision is in the database; the next run or the next decision carries it on.
        options.log.warn({}, "telling others of a decision failed");
      }
    } while (again);
    running = null;
  }
  return {
    decided: () => {
      if (options.onDecision === undefined) return;
      if (running === null) running = work(options.onDecision);
      else again = true;
    },
    settled: async () => {
      await running;
    },
  };
}
