import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemClock } from "#core";
import { findConnector } from "#connectors";
import { emptyMemory, mapContext, run, testContext } from "./context.ts";
const tmp = mkdtempSync("/tmp/conn-");
const child = spawn(
  "node",
  [
    "--import",
    "tsx",
    "examples/sample-company/server.ts",
    "--dir",
    tmp + "/s",
    "--drop",
    tmp + "/drop",
    "--scale",
    process.argv[2] ?? "0.05",
    "--fast-throttle",
  ],
  { stdio: ["pipe", "pipe", "inherit"] },
);
const line = await new Promise<string>((ok) => createInterface({ input: child.stdout }).once("line", ok));
const s = JSON.parse(line);
const hp = (u: string) => new URL(u).host;
const advance = async () => {
  const r = await fetch(s.control_url + "/advance", { method: "POST" });
  console.log("advance", r.status);
};
const wanted: Record<string, number> = {};
for (const l of readFileSync(tmp + "/s/truth/defects.csv", "utf8")
  .split("\n")
  .slice(1)) {
  const p = l.split(",");
  if (p[0] === "0") {
    const k = [p[1], p[2], p[3], p[7]].join(" ");
    wanted[k] = (wanted[k] ?? 0) + 1;
  }
}
console.log(wanted);
const jobs: any[] = [
  ["quickbooks", s.quickbooks],
  ["google-sheets", s.google_sheets],
  ...s.directories.map(({ name, ...d }: any) => ["directory", d]),
  ["social", s.social],
  ["campaigns", s.campaigns],
  ...s.drop_folders.map((f: string) => ["excel", { paths: [tmp + "/drop/" + f], account: f }]),
];
import { readFileSync, readdirSync } from "node:fs";
import { memorySecrets } from "./context.ts";
const secrets = memorySecrets();
const C = (columns: any, entity: any, id?: string, load: any = "snapshot") => ({
  entity,
  load,
  columns,
  ...(id ? { id } : {}),
});
const tables: any = {
  tab_0: C(
    {
      Name: "name",
      Company: "orgName",
      Phone: "phones",
      Email: "emails",
      Address: "address",
      Parish: "region",
      Since: "since",
      "Do Not Contact": "doNotContact",
      Notes: "notes",
    },
    "customer",
    "Cust No",
  ),
  tab_1187203341: C(
    {
      Date: "date",
      Type: "interactionKind",
      Customer: "customer.name",
      Phone: "customer.phone",
      Rep: "agent",
      Outcome: "outcome",
    },
    "interaction",
  ),
  tab_604518827: C(
    {
      Date: "date",
      Receipt: "number",
      Customer: "customer.name",
      Item: "category",
      Amount: "amount",
      Currency: "currency",
    },
    "transaction",
    "Receipt",
    "append",
  ),
  table_406f6763: C(
    { "Customer Name": "name", Tel: "phones", Cell: "phones", "E-mail": "emails", "Contact Person": "notes" },
    "customer",
    "Acct #",
  ),
  table_711c8fee: C(
    {
      "Receipt No": "number",
      Date: "date",
      "Acct #": "customer.id",
      Customer: "customer.name",
      Amount: "amount",
      Currency: "currency",
    },
    "transaction",
    "Receipt No",
    "append",
  ),
  table_bee41779: C(
    { "Call Date": "date", Time: "time", Caller: "customer.name", Phone: "customer.phone" },
    "interaction",
    undefined,
    "append",
  ),
  table_fd821b12: C(
    { "Sent At": "date", "Customer Name": "customer.name", "Customer Email": "customer.email" },
    "interaction",
    undefined,
    "append",
  ),
  table_d311b60c: C(
    { Name: "name", Company: "orgName", Phone: "phones", Mobile: "phones", Email: "emails" },
    "customer",
  ),
};
const mems = jobs.map(() => emptyMemory());
for (const day of [0, 1, 2, 3]) {
  if (day > 0) await advance();
  for (const [i, [name, settings]] of jobs.entries()) {
    const c = findConnector(name)!;
    const t = Date.now();
    const r = await run(c, settings, {
      memory: mems[i],
      tables,
      context: testContext({
        secrets,
        clock: systemClock,
        allowPrivateHosts: [
          s.quickbooks.base_url,
          s.google_sheets.base_url,
          s.social.base_url,
          s.campaigns.base_url,
          ...s.directories.map((d: any) => d.start_urls[0]),
        ].map(hp),
      }),
    });
    console.log(`\n== day ${day} ${name} ${Date.now() - t} ms`);
    for (const e of r.ends.values())
      console.log(
        " ",
        e.stream,
        e.outcome,
        JSON.stringify(e.counts),
        e.snapshot,
        JSON.stringify(e.error ?? ""),
        JSON.stringify(e.vendorTotals ?? ""),
      );
    for (const m of r.messages)
      if (m.type === "notice" || m.type === "schema")
        console.log("   ", m.type, (m as any).code, (m as any).message ?? "", (m as any).subject ?? "", m.stream);
    if (name === "excel" && process.argv[3] === "s")
      for (const rec of r.records)
        if (JSON.stringify(rec.provenance).includes(process.argv[4]!)) console.log(JSON.stringify(rec));
    const maps: Record<string, number> = {};
    for (const rec of r.records) {
      if (rec.op === "delete") {
        maps[rec.stream + " delete"] = (maps[rec.stream + " delete"] ?? 0) + 1;
        continue;
      }
      const m: any = c.map(rec.raw, mapContext(name, "a", rec, tables[rec.stream]));
      const k =
        rec.stream + " " + (Array.isArray(m) ? m.map((x: any) => x.kind).join("+") : (m.rejected ?? m.filtered));
      maps[k] = (maps[k] ?? 0) + 1;
    }
    console.log("   ", JSON.stringify(maps));
    if (day === 0 && process.argv[3]) {
      const seen = new Set<string>();
      for (const rec of r.records)
        if (!seen.has(rec.stream)) {
          seen.add(rec.stream);
          console.log(JSON.stringify(rec).slice(0, 900));
          console.log("   ->", JSON.stringify(c.map(rec.raw, mapContext(name, "a", rec))).slice(0, 600));
        }
    }
  }
}
console.log(readdirSync(tmp + "/s", { recursive: true }));
child.kill();
