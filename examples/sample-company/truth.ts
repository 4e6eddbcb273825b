import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SAMPLE_DAY } from "./world/calendar.ts";
import { dropFiles } from "./world/drop-plan.ts";
import { tabsOn } from "./world/grid.ts";
import { SPREADSHEET_ID } from "./world/grid.ts";
import { docExists } from "./servers/quickbooks.ts";
import { SOCIAL } from "./servers/social.ts";
import { outcomeOf } from "./world/planting.ts";
import { noticesUpTo } from "./world/notices.ts";
import { vendorTotals } from "./world/totals.ts";
import type { Defect } from "./world/types.ts";
import type { World } from "./world/world.ts";

/** Where a directory site answers: account of its records. */
export type SiteAccounts = ReadonlyMap<string, string>;

interface EntityLine {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly id: string;
  readonly entity: string;
  readonly type: string;
  readonly file?: string;
  readonly row?: number;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

const quote = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

function csv(header: readonly string[], lines: readonly (readonly (string | number | undefined)[])[]): string {
  return `${[header, ...lines].map((line) => line.map((v) => quote(String(v ?? ""))).join(",")).join("\n")}\n`;
}

function bookEntities(world: World, day: number): EntityLine[] {
  const lines: EntityLine[] = [];
  for (const c of world.books.customers) {
    if (c.created > day || c.kind === "bad" || (c.merged !== null && c.merged.day <= day)) continue;
    const entity = c.entity === null ? undefined : world.population.entities[c.entity];
    const base = { source: "quickbooks", account: world.books.realm, stream: "customers", id: c.id };
    const who = { name: c.display, email: c.email, phone: c.phone };
    lines.push({ ...base, entity: entity?.id ?? "CASH", type: entity?.type ?? "not_a_customer", ...who });
  }
  return lines;
}

function tableEntities(world: World, day: number): EntityLine[] {
  const lines: EntityLine[] = [];
  const customers = tabsOn(world, day)[0];
  customers?.rows.forEach((row, n) => {
    if (row.entity === undefined || row.defect !== undefined) return;
    const base = {
      source: "google-sheets",
      account: SPREADSHEET_ID,
      stream: "Customers",
      id: row.id ?? String(n + 2),
      file: "Customers",
      row: n + 2,
    };
    lines.push({
      ...base,
      entity: row.entity,
      type: row.entityType ?? "",
      name: row.name,
      email: row.email,
      phone: row.phone,
    });
  });
  const files = dropFiles(world, day).filter((f) => f.stream === "branch customers" || f.stream === "rep contacts");
  const latest = files.filter((f) => !files.some((other) => other.stream === f.stream && other.day > f.day));
  for (const file of latest) {
    file.rows.forEach((row, n) => {
      if (row.entity === undefined || row.defect !== undefined) return;
      const at = file.firstRow + n;
      const base = {
        source: "excel",
        account: file.folder,
        stream: file.stream,
        id: row.id ?? String(at),
        file: file.name,
        row: at,
      };
      lines.push({
        ...base,
        entity: row.entity,
        type: row.entityType ?? "",
        name: row.name,
        email: row.email,
        phone: row.phone,
      });
    });
  }
  return lines;
}

function webEntities(world: World, accounts: SiteAccounts): EntityLine[] {
  const lines: EntityLine[] = [];
  for (const site of world.sites) {
    for (const page of site.pages) {
      for (const l of page.listings) {
        if (l.entity === null) continue;
        const base = {
          source: "directory",
          account: accounts.get(site.name) ?? site.name,
          stream: "listings",
          id: `${site.publicUrl}/${l.id}`,
          file: page.path,
        };
        lines.push({
          ...base,
          entity: l.entity.id,
          type: "organisation",
          name: l.name,
          email: l.email,
          phone: l.phone,
        });
      }
    }
  }
  for (const p of world.profiles) {
    lines.push({
      source: "social",
      account: SOCIAL.userId,
      stream: "profiles",
      id: p.id,
      entity: p.entity.id,
      type: "organisation",
      name: p.name,
    });
  }
  return lines;
}

function bookDefects(world: World, day: number): Defect[] {
  const base = {
    source: "quickbooks",
    account: world.books.realm,
    file: "",
    row: "",
    expected: "quarantined" as const,
  };
  const customers = world.books.customers
    .filter((c) => c.defect !== "")
    .map((c) => ({ ...base, day: 0, stream: "customers", sourceId: c.id, reason: c.defect }));
  const names = {
    Invoice: "invoices",
    Payment: "payments",
    CreditMemo: "credit_memos",
    SalesReceipt: "sales_receipts",
    RefundReceipt: "refund_receipts",
    Estimate: "estimates",
  };
  const docs = world.books.docs.filter((d) => d.defect !== "" && docExists(d, day));
  return [
    ...customers,
    ...docs.map((d) => ({
      ...base,
      day: Math.max(0, d.day - SAMPLE_DAY),
      stream: names[d.kind],
      sourceId: d.id,
      reason: d.defect,
    })),
  ];
}

function tableDefects(world: World, day: number): Defect[] {
  const defects: Defect[] = [];
  for (const tab of tabsOn(world, day)) {
    tab.rows.forEach((row, n) => {
      if (row.defect === undefined) return;
      const base = {
        source: "google-sheets",
        account: SPREADSHEET_ID,
        stream: tab.title,
        file: tab.title,
        row: String(n + 2),
      };
      defects.push({
        ...base,
        day: Math.max(0, row.from - SAMPLE_DAY),
        sourceId: row.id ?? "",
        reason: row.defect,
        expected: outcomeOf(row.defect),
      });
    });
  }
  for (const file of dropFiles(world, day)) {
    file.rows.forEach((row, n) => {
      if (row.defect === undefined) return;
      const base = {
        source: "excel",
        account: file.folder,
        stream: file.stream,
        file: file.name,
        row: String(file.firstRow + n),
      };
      defects.push({
        ...base,
        day: file.day - SAMPLE_DAY,
        sourceId: row.id ?? "",
        reason: row.defect,
        expected: outcomeOf(row.defect),
      });
    });
  }
  return defects;
}

function webDefects(world: World, day: number, accounts: SiteAccounts): Defect[] {
  const defects: Defect[] = [];
  for (const site of world.sites) {
    for (const page of site.pages) {
      for (const l of page.listings) {
        if (l.defect === "") continue;
        const base = {
          source: "directory",
          account: accounts.get(site.name) ?? site.name,
          stream: "listings",
          file: page.path,
          row: "",
        };
        defects.push({
          ...base,
          day: 0,
          sourceId: `${site.publicUrl}/${l.id}`,
          reason: l.defect,
          expected: outcomeOf(l.defect),
        });
      }
    }
  }
  for (const { campaign, responses } of world.mailings) {
    for (const r of responses) {
      if (r.defect === "" || campaign.day > day) continue;
      const base = { source: "campaigns", account: "", stream: "email_activity", file: campaign.id, row: "" };
      defects.push({
        ...base,
        day: Math.max(0, campaign.day - SAMPLE_DAY),
        sourceId: r.email,
        reason: r.defect,
        expected: "quarantined",
      });
    }
  }
  return defects;
}

function causes(world: World, day: number): (readonly (string | number)[])[] {
  return world.population.entities.flatMap((entity, i) => {
    const life = world.lives[i];
    if (life === undefined || entity.since > day) return [];
    const next = life.purchases.some((p) => p.day > SAMPLE_DAY && p.day <= SAMPLE_DAY + 90);
    const last = life.purchases.findLast((p) => p.day <= SAMPLE_DAY)?.day;
    const silent = last === undefined ? "" : SAMPLE_DAY - last;
    return [
      [
        entity.id,
        life.churnCause,
        life.leadCause,
        life.churnProbability.toFixed(4),
        life.purchaseProbability.toFixed(4),
        life.value12.toFixed(2),
        silent,
        next ? 1 : 0,
      ],
    ];
  });
}

/** Every planted defect and notice that can be seen by a day. */
function defectsUpTo(world: World, day: number, accounts: SiteAccounts): Defect[] {
  return [
    ...bookDefects(world, day),
    ...tableDefects(world, day),
    ...webDefects(world, day, accounts),
    ...noticesUpTo(world, day, accounts),
  ];
}

/** Every customer record that the sources hold on a day, with whom it is of. */
function entitiesOn(world: World, day: number, accounts: SiteAccounts): EntityLine[] {
  return [...bookEntities(world, day), ...tableEntities(world, day), ...webEntities(world, accounts)];
}

/** Columns by truth file. */
const COLUMNS = {
  "entities.csv": "source,account,stream_hint,source_id_or_file_row,entity_id,entity_type,file,row,name,email,phone",
  "relations.csv": "left_entity,right_entity,relation",
  "traps.csv": "trap,group,entity_id",
  "causes.csv":
    "entity_id,churn_cause,lead_cause,churn_probability_90d,purchase_probability_90d,expected_value_12m_jmd,days_since_purchase,bought_next_90d",
  "defects.csv": "day,source,account,stream_hint,file,row,source_id,reason,expected",
  "totals.csv": "kind,currency,count,sum,note",
} as const;

type Lines = readonly (readonly (string | number | undefined)[])[];

/** Writes the truth files of a day into `DIR/truth/`, a folder that only its owner may enter. */
export function writeTruth(world: World, dir: string, day: number, accounts: SiteAccounts): void {
  const folder = join(dir, "truth");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const write = (name: keyof typeof COLUMNS, lines: Lines): void =>
    writeFileSync(join(folder, name), csv(COLUMNS[name].split(","), lines), { mode: 0o600 });
  const entities = entitiesOn(world, day, accounts);
  write(
    "entities.csv",
    // prettier-ignore
    entities.map((e) => [e.source, e.account, e.stream, e.id, e.entity, e.type, e.file, e.row, e.name, e.email, e.phone]),
  );
  const { population } = world;
  const known = new Set(population.entities.filter((e) => e.since <= day).map((e) => e.id));
  const relations = population.relations.filter((r) => known.has(r.left) && known.has(r.right));
  const traps = population.traps.filter((t) => known.has(t.entity));
  write(
    "relations.csv",
    relations.map((r) => [r.left, r.right, r.relation]),
  );
  write(
    "traps.csv",
    traps.map((t) => [t.trap, t.group, t.entity]),
  );
  write("causes.csv", causes(world, day));
  const defects = defectsUpTo(world, day, accounts);
  write(
    "defects.csv",
    // prettier-ignore
    defects.map((d) => [d.day, d.source, d.account, d.stream, d.file, d.row, d.sourceId, d.reason, d.expected]),
  );
  const totals = vendorTotals(world, day);
  write(
    "totals.csv",
    totals.map((t) => [t.kind, t.currency, t.count, (t.sum / 100).toFixed(2), t.note]),
  );
}
