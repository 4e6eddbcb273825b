import { z } from "zod";
import { C360Error } from "#core";
import type { AddRoutes, ConsoleContext } from "../context.ts";
import { sendPage } from "../context.ts";
import { customerPage } from "../pages/customer-page.ts";
import type { CustomerDetail } from "../pages/customer-page.ts";
import { customersPage } from "../pages/customers-page.ts";
import { leadsPage } from "../pages/leads-page.ts";
import { withQuery } from "../pages/parts.ts";
import {
  contactPoints,
  customerById,
  customerRecords,
  customerScores,
  fieldSources,
  relatedCustomers,
  survivingId,
  timeline,
} from "../queries/customers.ts";
import { listLeads } from "#warehouse";
import { searchCustomers } from "../queries/search.ts";

const FOUND = 50;
const EVENTS_PER_PAGE = 50;
const LEADS_PER_PAGE = 100;

const searchSchema = z.object({ q: z.string().max(200).default("") });
const pageSchema = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  from: z.string().max(100).optional(),
});
const afterSchema = z.object({ after: z.coerce.number().int().min(0).max(2_000_000_000).default(0) });

/** Customers and leads. */
export const addCustomerRoutes: AddRoutes = (app, context) => {
  app.get("/customers", async (request, reply) => {
    const { q } = searchSchema.parse(request.query);
    const found = await searchCustomers(context.db, q, FOUND);
    const body = customersPage({ query: q.trim(), found, limit: FOUND, words: context.words });
    return sendPage(request, reply, context, { title: "Customers", current: "customers", body, search: q });
  });
  app.get<{ Params: { id: string } }>("/customers/:id", async (request, reply) => {
    const { page, from } = pageSchema.parse(request.query);
    const wanted = request.params.id;
    const customer = await findCustomer(context, wanted);
    if (customer.customer_id !== wanted) {
      return reply.redirect(withQuery(`/customers/${encodeURIComponent(customer.customer_id)}`, { from: wanted }), 302);
    }
    const detail = await gather(context, customer, { page, cameFrom: from ?? null });
    const body = customerPage(detail, context.words);
    return sendPage(request, reply, context, { title: customer.display_name, current: "customers", body });
  });
  app.get("/leads", async (request, reply) => {
    const { after } = afterSchema.parse(request.query);
    const rows = await listLeads(context.db, { after, limit: LEADS_PER_PAGE + 1 });
    const body = leadsPage({
      leads: rows.slice(0, LEADS_PER_PAGE),
      after,
      more: rows.length > LEADS_PER_PAGE,
      words: context.words,
    });
    return sendPage(request, reply, context, { title: "Leads", current: "leads", body });
  });
};

/** The customer of an id, or of the one that took it over. Throws CONSOLE_NOT_FOUND. */
export async function findCustomer(context: ConsoleContext, wanted: string): Promise<CustomerDetail["customer"]> {
  const direct = await customerById(context.db, wanted);
  if (direct !== null) return direct;
  const survivor = await survivingId(context.db, wanted);
  const customer = survivor === null ? null : await customerById(context.db, survivor);
  if (customer === null) throw new C360Error("CONSOLE_NOT_FOUND", { subject: "customer" });
  return customer;
}

async function gather(
  context: ConsoleContext,
  customer: CustomerDetail["customer"],
  view: { readonly page: number; readonly cameFrom: string | null },
): Promise<CustomerDetail> {
  const { db } = context;
  const id = customer.customer_id;
  const [fields, contacts, records, events, scores, related, from] = await Promise.all([
    fieldSources(db, id),
    contactPoints(db, id),
    customerRecords(db, id),
    timeline(db, id, { offset: (view.page - 1) * EVENTS_PER_PAGE, limit: EVENTS_PER_PAGE + 1 }),
    customerScores(db, id),
    relatedCustomers(db, id),
    // Said only where the ledger agrees: a link cannot put words into the page.
    view.cameFrom === null || view.cameFrom === id ? null : survivingId(db, view.cameFrom),
  ]);
  return {
    customer,
    fields,
    contacts,
    records,
    timeline: events.slice(0, EVENTS_PER_PAGE),
    timelinePage: { number: view.page, more: events.length > EVENTS_PER_PAGE },
    scores,
    related,
    cameFrom: from === id ? view.cameFrom : null,
  };
}
