import { z } from "zod";
import { C360Error } from "#core";
import type { AddRoutes } from "../context.ts";
import { sessionOf, setSessionCookie } from "../security.ts";

/** Guesses at a 256-bit token are hopeless at any pace; this keeps them out of the way of real work. */
const SIGN_INS_PER_MINUTE = 10;

const tokenSchema = z.object({ token: z.string().min(20).max(200) });

/** Signing in and out, and the two health pages. */
export const addSignInRoutes: AddRoutes = (app, context) => {
  app.get(
    "/sign-in",
    { config: { rateLimit: { max: SIGN_INS_PER_MINUTE, timeWindow: "1 minute" } } },
    async (request, reply) => {
      const query = tokenSchema.safeParse(request.query);
      const redeemed = query.success ? context.sessions.redeem(query.data.token) : null;
      if (redeemed === null) throw new C360Error("CONSOLE_SIGN_IN");
      setSessionCookie(reply, context.cookie, redeemed.secret);
      context.log.info({}, "steward signed in");
      return reply.redirect("/", 303);
    },
  );
  app.post("/sign-out", async (request, reply) => {
    context.sessions.end(sessionOf(request));
    void reply.clearCookie(context.cookie, { path: "/" });
    return reply.redirect("/", 303);
  });
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    try {
      await context.db.query("select 1 from ops.runs limit 1");
      return { status: "ready" };
    } catch {
      return reply.code(503).send({ status: "not ready" });
    }
  });
};
