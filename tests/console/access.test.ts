import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manualClock, silentLogger } from "#core";
import { startConsole } from "#console";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { HOST, NOW, browser, testConsole } from "./fixture.ts";
import type { TestConsole } from "./fixture.ts";

const MINUTE = 60_000;
let db: TestDatabase;
let console360: TestConsole;

beforeAll(async () => {
  db = await withDatabase();
  console360 = await testConsole(db);
});
afterAll(async () => {
  await console360.app.close();
  await db.drop();
});

async function fresh(work: (own: TestConsole) => Promise<void>): Promise<void> {
  const own = await testConsole(db);
  try {
    await work(own);
  } finally {
    await own.app.close();
  }
}

describe("signing in", () => {
  test("a sign-in link works once, and sets a cookie that scripts cannot read and other sites cannot send", () =>
    fresh(async (own) => {
      const url = `/sign-in?token=${own.sessions.issueToken()}`;
      const first = await own.app.inject({ url, headers: { host: HOST } });
      expect(first.statusCode).toBe(303);
      expect(first.headers.location).toBe("/");
      const cookie = String(first.headers["set-cookie"]);
      expect(cookie).toMatch(/HttpOnly/);
      expect(cookie).toMatch(/SameSite=Strict/);
      const second = await own.app.inject({ url, headers: { host: HOST } });
      expect(second.statusCode).toBe(401);
      expect(second.headers["set-cookie"]).toBeUndefined();
    }));

  test("a sign-in link ends after 15 minutes", () =>
    fresh(async (own) => {
      const early = own.sessions.issueToken();
      const late = own.sessions.issueToken();
      own.clock.advance(15 * MINUTE - 1);
      expect((await own.app.inject({ url: `/sign-in?token=${early}`, headers: { host: HOST } })).statusCode).toBe(303);
      own.clock.advance(1);
      expect((await own.app.inject({ url: `/sign-in?token=${late}`, headers: { host: HOST } })).statusCode).toBe(401);
    }));

  test("asking for the link with HEAD, as link previews do, does not use it up", () =>
    fresh(async (own) => {
      const url = `/sign-in?token=${own.sessions.issueToken()}`;
      await own.app.inject({ method: "HEAD", url, headers: { host: HOST } });
      expect((await own.app.inject({ url, headers: { host: HOST } })).statusCode).toBe(303);
    }));

  test("guessing at tokens is slowed down after ten tries a minute", () =>
    fresh(async (own) => {
      const statuses: number[] = [];
      for (let i = 0; i < 12; i += 1) {
        const url = `/sign-in?token=wrong-wrong-wrong-wrong-${i}`;
        statuses.push((await own.app.inject({ url, headers: { host: HOST } })).statusCode);
      }
      expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
      expect(statuses.slice(10)).toEqual([429, 429]);
    }));

  test("a session ends after an hour without a request, and after twelve hours in any case", () =>
    fresh(async (own) => {
      const idle = await own.signIn();
      own.clock.advance(60 * MINUTE - 1);
      expect((await idle.get("/")).status).toBe(200);
      own.clock.advance(60 * MINUTE);
      expect((await idle.get("/")).status).toBe(401);
      const busy = await own.signIn();
      for (let hour = 0; hour < 13; hour += 1) {
        own.clock.advance(55 * MINUTE);
        expect((await busy.get("/")).status).toBe(200);
      }
      own.clock.advance(10 * MINUTE);
      expect((await busy.get("/")).status).toBe(401);
    }));

  test("signing out ends the session at once", () =>
    fresh(async (own) => {
      const steward = await own.signIn();
      expect((await steward.form("/sign-out")).status).toBe(303);
      expect((await steward.get("/")).status).toBe(401);
    }));

  test("with a secret folder a session outlives a restart, and the file holds no secret", async () => {
    const secretDir = mkdtempSync(join(tmpdir(), "c360-console-"));
    try {
      const before = await testConsole(db, { secretDir });
      const { cookie } = await before.signIn();
      await before.app.close();
      const file = join(secretDir, "console-sessions.json");
      expect(readFileSync(file, "utf8")).not.toContain(cookie.split("=")[1]);
      expect(statSync(file).mode & 0o077).toBe(0);
      const after = await testConsole(db, { secretDir });
      const steward = await browser(after, cookie);
      expect((await steward.get("/")).status).toBe(200);
      await after.app.close();
    } finally {
      rmSync(secretDir, { recursive: true, force: true });
    }
  });
});

describe("without a session", () => {
  test.each([
    "/",
    "/review",
    "/decisions",
    "/customers",
    "/customers/C1",
    "/leads",
    "/runs",
    "/quarantine",
    "/nowhere",
  ])("%s asks to sign in and shows nothing of the firm's data", async (url) => {
    const answer = await console360.app.inject({ url, headers: { host: HOST } });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain("Please sign in");
    expect(answer.body).not.toContain("<nav");
  });

  test.each([
    ["GET", "/api/status"],
    ["GET", "/api/review/next"],
    ["GET", "/api/customers/C1"],
    ["POST", "/api/review/t1/decision"],
    ["POST", "/api/decisions/1/undo"],
  ] as const)("%s %s answers with the standard error body", async (method, url) => {
    const answer = await console360.app.inject({ method, url, headers: { host: HOST } });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toEqual({
      error: { code: "CONSOLE_SIGN_IN", message: expect.any(String), hint: expect.stringContaining("c360 console") },
    });
  });

  test("the health pages answer", async () => {
    const alive = await console360.app.inject({ url: "/healthz", headers: { host: HOST } });
    const ready = await console360.app.inject({ url: "/readyz", headers: { host: HOST } });
    expect([alive.statusCode, ready.statusCode]).toEqual([200, 200]);
  });

  test("readyz says 503 when the database does not answer", async () => {
    const down = await testConsole({ ...db, query: () => Promise.reject(new Error("gone")) });
    expect((await down.app.inject({ url: "/readyz", headers: { host: HOST } })).statusCode).toBe(503);
    expect((await down.app.inject({ url: "/healthz", headers: { host: HOST } })).statusCode).toBe(200);
    await down.app.close();
  });
});

describe("requests of other sites", () => {
  test.each(["evil.example", "evil.example:4360", "127.0.0.1.evil.example", "169.254.1.1", "127.0.0.1@evil.example"])(
    "a host name that is not this machine (%j) is refused, also with a good cookie",
    async (host) => {
      const { cookie } = await console360.signIn();
      const answer = await console360.app.inject({ url: "/", headers: { host, cookie } });
      expect(answer.statusCode).toBe(403);
    },
  );

  test("a forwarded port and localhost are this machine", async () => {
    for (const host of ["localhost:9999", "127.0.0.1:1"]) {
      expect((await console360.app.inject({ url: "/healthz", headers: { host } })).statusCode).toBe(200);
    }
  });

  test("every POST without the form's token is refused", async () => {
    const steward = await console360.signIn();
    const headers = { host: HOST, cookie: steward.cookie };
    const urls = ["/review/t1", "/review/undo", "/review/reopen-skipped", "/decisions/1/undo", "/sign-out"];
    const api = ["/api/review/t1/decision", "/api/review/undo", "/api/decisions/1/undo"];
    for (const url of [...urls, ...api]) {
      const none = await console360.app.inject({ method: "POST", url, headers });
      const wrong = await console360.app.inject({ method: "POST", url, headers: { ...headers, "x-csrf-token": "x" } });
      expect([url, none.statusCode, wrong.statusCode]).toEqual([url, 403, 403]);
    }
  });

  test("the token of another session is refused", async () => {
    const [mine, other] = [await console360.signIn(), await console360.signIn()];
    expect(mine.csrf).not.toBe(other.csrf);
    const answer = await console360.app.inject({
      method: "POST",
      url: "/sign-out",
      headers: { host: HOST, cookie: mine.cookie, "x-csrf-token": other.csrf },
    });
    expect(answer.statusCode).toBe(403);
  });

  test.each([{ origin: "http://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }])(
    "a POST that came from elsewhere (%j) is refused, also with a good token",
    async (from) => {
      const steward = await console360.signIn();
      const answer = await console360.app.inject({
        method: "POST",
        url: "/sign-out",
        headers: { host: HOST, cookie: steward.cookie, "x-csrf-token": steward.csrf, ...from },
      });
      expect(answer.statusCode).toBe(403);
    },
  );

  test("a POST of our own page is let through", async () => {
    const steward = await console360.signIn();
    const answer = await console360.app.inject({
      method: "POST",
      url: "/review/reopen-skipped",
      headers: {
        host: HOST,
        cookie: steward.cookie,
        "x-csrf-token": steward.csrf,
        origin: `http://${HOST}`,
        "sec-fetch-site": "same-origin",
      },
    });
    expect(answer.statusCode).toBe(303);
  });
});

describe("headers", () => {
  test("pages allow nothing inline, nothing from elsewhere, no framing, and are not kept by caches", async () => {
    const steward = await console360.signIn();
    for (const url of ["/", "/review", "/customers", "/leads", "/runs", "/quarantine", "/decisions", "/nowhere"]) {
      const { headers, body } = await steward.get(url);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      // Nothing that the policy would block: no inline script, handler or style, no foreign address.
      expect(body).not.toMatch(/<script(?![^>]*src="\/assets\/)/);
      expect(body).not.toMatch(/<[^>]+\son\w+=/);
      expect(body).not.toMatch(/<[^>]+\sstyle=|<style/);
      expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    }
  });

  test("errors of the API tell code, message and hint, and nothing of the inside", async () => {
    const broken = await testConsole({
      ...db,
      query: (text, values) =>
        text.includes("ops.runs") ? Promise.reject(new Error("secret-table-name")) : db.query(text, values),
    });
    const steward = await broken.signIn();
    const answer = await steward.get("/api/status");
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain("secret-table-name");
    expect(answer.json<{ error: object }>().error).toEqual({
      code: "INTERNAL",
      message: expect.any(String),
      hint: expect.any(String),
    });
    await broken.app.close();
  });

  test("a body that is not valid is refused with the field's name", async () => {
    const steward = await console360.signIn();
    const answer = await steward.json("/api/review/t1/decision", { decision: "burn" });
    expect(answer.status).toBe(400);
    expect(answer.json<{ error: object }>().error).toMatchObject({
      code: "CONSOLE_REQUEST",
      message: expect.stringContaining("decision"),
    });
    expect((await steward.json("/api/decisions/nonsense/undo")).status).toBe(400);
    expect((await steward.get("/runs?page=zero")).status).toBe(400);
  });
});

describe("listening", () => {
  const options = {
    log: silentLogger,
    workspaceName: "W",
    homeCurrency: "JMD",
    timeZone: "America/Jamaica",
  };

  test("the console listens on loopback only and gives a link that signs in", async () => {
    const running = await startConsole({ ...options, db, clock: manualClock(NOW) });
    try {
      expect(running.url).toBe(`http://127.0.0.1:${running.port}`);
      const answer = await fetch(running.signInUrl, { redirect: "manual" });
      expect(answer.status).toBe(303);
      const again = await fetch(running.newSignInUrl(), { redirect: "manual" });
      expect(again.status).toBe(303);
    } finally {
      await running.close();
    }
    await expect(fetch(running.url)).rejects.toThrow();
  });

  test("a port that is taken is said with its number", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => {
      blocker.listen(0, "127.0.0.1", () => resolve());
    });
    const { port } = blocker.address() as { port: number };
    await expect(startConsole({ ...options, db, clock: manualClock(NOW), port })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      details: { port },
    });
    blocker.close();
  });
});
