import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger, systemClock } from "#core";
import { startConsole } from "#console";
import type { RunningConsole } from "#console";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { ask, publish, stage } from "./fixture.ts";

let db: TestDatabase;
let running: RunningConsole;
let browser: Browser;
const problems: string[] = [];

beforeAll(async () => {
  db = await withDatabase();
  for (let i = 1; i <= 4; i += 1) {
    await stage(db, {
      key: `quickbooks:co1:customers:${i}`,
      name: i === 1 ? "<script>alert(1)</script>" : `Left ${i}`,
    });
    await stage(db, { key: `excel:crm:contacts:${i}`, name: `Right ${i}`, website: "javascript:alert(1)" });
    await publish(db, {
      id: `C${i}`,
      name: `Left ${i}`,
      keys: [`quickbooks:co1:customers:${i}`],
      website: "javascript:alert(1)",
    });
    await ask(db, {
      id: `t${i}`,
      left: `quickbooks:co1:customers:${i}`,
      right: `excel:crm:contacts:${i}`,
      gain: 10 - i,
    });
  }
  running = await startConsole({
    db,
    clock: systemClock,
    log: silentLogger,
    workspaceName: "Blue Mountain Supplies",
    homeCurrency: "JMD",
    timeZone: "America/Jamaica",
  });
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  await running?.close();
  await db?.drop();
});

async function openPage(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  // A blocked script or style, a script that throws, or a dialog would show here.
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return page;
}

async function expectTask(page: Page, task: string): Promise<void> {
  await page.waitForSelector(`form[data-task="${task}"]`);
}

async function decisions(): Promise<unknown[]> {
  const { rows } = await db.query(
    `select task_id, decision, undone_at is null as stands from identity.steward_decisions order by id`,
  );
  return rows.map((row) => [row["task_id"], row["decision"], row["stands"]]);
}

test("a steward signs in and works through questions by keyboard alone", async () => {
  const page = await openPage();
  await page.goto(running.signInUrl);
  await page.waitForSelector("nav");
  await page.goto(`${running.url}/review`);
  await expectTask(page, "t1");
  await page.keyboard.press("m");
  await expectTask(page, "t2");
  expect(await page.textContent("#said")).toContain("Merged: <script>alert(1)</script> and Right 1");
  await page.keyboard.press("k");
  await expectTask(page, "t3");
  await page.keyboard.press("s");
  await expectTask(page, "t4");
  expect(await decisions()).toEqual([
    ["t1", "must_link", true],
    ["t2", "cannot_link", true],
  ]);
  await page.keyboard.press("u");
  await expectTask(page, "t3");
  await page.keyboard.press("u");
  await expectTask(page, "t2");
  expect(await decisions()).toEqual([
    ["t1", "must_link", true],
    ["t2", "cannot_link", false],
  ]);
  // Focus stands on the new question, so that a screen reader reads it.
  expect(await page.evaluate("document.activeElement.id")).toBe("question");
  await page.keyboard.press("?");
  expect(await page.getAttribute("#help", "open")).not.toBeNull();
  await page.keyboard.press("/");
  expect(await page.evaluate("document.activeElement.id")).toBe("q");
  // Letters typed into the search are letters, not answers.
  await page.keyboard.type("msk");
  expect(await page.inputValue("#q")).toBe("msk");
  expect(await decisions()).toHaveLength(2);
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await expectTask(page, "t3");
  expect((await decisions()).at(-1)).toEqual(["t2", "must_link", true]);
  expect(problems).toEqual([]);
  await page.context().close();
});

test("a question answered in another tab is said, and the next one comes", async () => {
  const page = await openPage();
  await page.goto(running.newSignInUrl());
  await page.goto(`${running.url}/review/t3`);
  await db.query(`update identity.review_tasks set status = 'answered' where task_id = 't3'`);
  await page.keyboard.press("m");
  await expectTask(page, "t4");
  expect(await page.textContent("#said")).toContain("answered already");
  expect((await decisions()).filter((row) => (row as unknown[])[0] === "t3")).toEqual([]);
  // The browser itself notes the refused request; nothing else may have gone wrong.
  expect(problems.filter((problem) => !problem.includes("409"))).toEqual([]);
  problems.length = 0;
  await page.context().close();
});

test("without scripts the same questions are answered by forms", async () => {
  const page = await openPage({ javaScriptEnabled: false });
  await page.goto(running.newSignInUrl());
  await page.goto(`${running.url}/review`);
  await expectTask(page, "t4");
  await page.click('button[value="cannot_link"]');
  await page.waitForSelector("text=No question is open");
  expect((await decisions()).at(-1)).toEqual(["t4", "cannot_link", true]);
  await page.click("text=Undo");
  await expectTask(page, "t4");
  expect((await decisions()).at(-1)).toEqual(["t4", "cannot_link", false]);
  expect(problems).toEqual([]);
  await page.context().close();
});

test("on a phone no page is wider than the screen", async () => {
  const page = await openPage({ viewport: { width: 360, height: 740 }, isMobile: true });
  await page.goto(running.newSignInUrl());
  for (const path of [
    "/",
    "/review/t1",
    "/customers",
    "/customers/C1",
    "/leads",
    "/runs",
    "/quarantine",
    "/decisions",
  ]) {
    await page.goto(running.url + path);
    const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect([path, over]).toEqual([path, 0]);
  }
  expect(problems).toEqual([]);
  await page.context().close();
});
