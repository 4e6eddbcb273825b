import { SAMPLE_DAY } from "./calendar.ts";
import { COLUMNS_MOVED_DAY, EMPTIED_DAY, SPREADSHEET_ID } from "./grid.ts";
import type { Defect } from "./types.ts";
import type { World } from "./world.ts";

function siteNotices(world: World, accounts: ReadonlyMap<string, string>): Defect[] {
  return world.sites.flatMap((site) => {
    const base = {
      source: "directory",
      account: accounts.get(site.name) ?? site.name,
      stream: "listings",
      row: "",
      sourceId: "",
      expected: "notice" as const,
    };
    const list: Defect[] = [{ ...base, day: 0, file: `${site.disallowed}owners`, reason: "robots_disallowed" }];
    for (const page of site.pages) {
      if (page.goneFrom !== null)
        list.push({ ...base, day: page.goneFrom - SAMPLE_DAY, file: page.path, reason: "page_gone" });
      if (page.plainFrom !== null)
        list.push({
          ...base,
          day: Math.max(0, page.plainFrom - SAMPLE_DAY),
          file: page.path,
          reason: "markup_changed",
        });
    }
    return list;
  });
}

/** What happens to streams as a whole, up to a day. */
export function noticesUpTo(world: World, day: number, accounts: ReadonlyMap<string, string>): Defect[] {
  const sheet = {
    source: "google-sheets",
    account: SPREADSHEET_ID,
    row: "",
    sourceId: "",
    expected: "notice" as const,
  };
  const books = {
    source: "quickbooks",
    account: world.books.realm,
    file: "",
    row: "",
    sourceId: "",
    expected: "notice" as const,
  };
  const all: Defect[] = [
    { ...books, day: 0, stream: "customers", reason: "inactive_record" },
    { ...books, day: 0, stream: "items", reason: "inactive_record" },
    { ...sheet, day: COLUMNS_MOVED_DAY - SAMPLE_DAY, stream: "Customers", file: "Customers", reason: "columns_moved" },
    { ...sheet, day: COLUMNS_MOVED_DAY - SAMPLE_DAY, stream: "Customers", file: "Customers", reason: "columns_added" },
    {
      ...sheet,
      day: EMPTIED_DAY - SAMPLE_DAY,
      stream: "Walk-in Sales",
      file: "Walk-in Sales",
      reason: "stream_emptied",
    },
    ...siteNotices(world, accounts),
  ];
  return all.filter((notice) => notice.day <= day - SAMPLE_DAY);
}
