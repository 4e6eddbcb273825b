import { isoOf } from "../world/calendar.ts";
import { vendorTotals } from "../world/totals.ts";
import { json, startVendor, type Answer, type Vendor } from "./http.ts";
import { today, type Sample } from "./sample.ts";

interface FaultOrder {
  readonly server?: string;
  readonly status?: number;
  readonly times?: number;
  readonly retry_after?: number | string;
  readonly body?: string;
  readonly unreachable?: boolean;
  readonly truncate?: boolean;
  readonly path?: string;
}

function arm(vendors: readonly Vendor[], text: string): Answer {
  const order = JSON.parse(text) as FaultOrder;
  const vendor = vendors.find((v) => v.name === order.server);
  if (vendor === undefined)
    return json(400, { error: `no server ${String(order.server)}`, servers: vendors.map((v) => v.name) });
  const { status, body, unreachable, truncate, path } = order;
  vendor.faults.push({
    left: order.times ?? 1,
    ...(status === undefined ? {} : { status }),
    ...(body === undefined ? {} : { body }),
    ...(unreachable === undefined ? {} : { unreachable }),
    ...(truncate === undefined ? {} : { truncate }),
    ...(path === undefined ? {} : { path }),
    ...(order.retry_after === undefined ? {} : { retryAfter: String(order.retry_after) }),
  });
  return json(200, { armed: order.server, times: order.times ?? 1 });
}

function requests(vendors: readonly Vendor[]): Answer {
  const byServer = vendors.map((v) => [
    v.name,
    { count: v.log.length, log: v.log.map((l) => ({ at: l.at, method: l.method, path: l.path, status: l.status })) },
  ]);
  return json(200, Object.fromEntries(byServer));
}

/** The sample's own remote control: next day, totals, request logs, faults. */
export async function startControl(
  sample: Sample,
  vendors: readonly Vendor[],
  port: number,
  advance: () => Promise<string[]>,
): Promise<Vendor> {
  return startVendor("control", port, async (asked) => {
    const route = `${asked.method} ${asked.path}`;
    if (route === "POST /advance") {
      const files = await advance();
      return json(200, { day: sample.day, today: isoOf(today(sample)), files });
    }
    if (route === "GET /totals") {
      const totals = vendorTotals(sample.world, today(sample)).map((t) => ({ ...t, sum: (t.sum / 100).toFixed(2) }));
      return json(200, { today: isoOf(today(sample)), totals });
    }
    if (route === "GET /requests") return requests(vendors);
    if (route === "POST /fault") return arm(vendors, asked.body);
    return json(404, { error: "unknown", routes: ["POST /advance", "GET /totals", "GET /requests", "POST /fault"] });
  });
}
