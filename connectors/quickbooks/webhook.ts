import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { C360Error } from "#core";
import type { Poke, WebhookRequest } from "#core";
import { parseJson } from "../json.ts";
import type { QuickBooksSettings } from "./settings.ts";
import { streamOf } from "./streams.ts";

/** The body as it was until 2026. */
const legacySchema = z.object({
  eventNotifications: z.array(
    z.object({
      realmId: z.string(),
      dataChangeEvent: z.object({
        entities: z.array(
          z.object({
            name: z.string(),
            id: z.string(),
            operation: z.string(),
            lastUpdated: z.string().default(""),
          }),
        ),
      }),
    }),
  ),
});

/** CloudEvents 1.0. */
const cloudSchema = z.array(
  z.looseObject({
    type: z.string(),
    time: z.string().default(""),
    intuitentityid: z.string(),
    intuitaccountid: z.string(),
  }),
);

/**
 * What a webhook pokes: objects of streams that we read, each once, with the newest word on it. Throws VENDOR_AUTH for a
 * wrong signature and VENDOR_SCHEMA for a body of neither form.
 */
export function readWebhook(request: WebhookRequest, settings: QuickBooksSettings): readonly Poke[] {
  verify(request, settings.webhook_verifier_token);
  const newest = new Map<string, Poke>();
  for (const poke of pokesOf(request.body)) {
    const key = `${poke.account} ${poke.stream} ${poke.id}`;
    const known = newest.get(key);
    // Order is not guaranteed, and events come more than once.
    if (known === undefined || known.at <= poke.at) newest.set(key, poke);
  }
  return [...newest.values()];
}

function verify(request: WebhookRequest, token: string | undefined): void {
  const given = Buffer.from(request.headers["intuit-signature"] ?? "", "base64");
  const wanted = createHmac("sha256", token ?? "")
    .update(request.body)
    .digest();
  if (token !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  const reason = token === undefined ? "no webhook_verifier_token is set" : "the signature of the webhook is wrong";
  throw new C360Error("VENDOR_AUTH", { vendor: "QuickBooks", source: "quickbooks", reason });
}

function pokesOf(body: Buffer): readonly Poke[] {
  const value = parsed(body);
  const cloud = cloudSchema.safeParse(value);
  if (cloud.success) {
    return cloud.data.flatMap((event) => {
      const [, entity = "", operation = ""] = event.type.split(".");
      return pokeOf(event.intuitaccountid, entity, event.intuitentityid, operation, event.time);
    });
  }
  const legacy = legacySchema.safeParse(value);
  if (!legacy.success) {
    throw new C360Error("VENDOR_SCHEMA", {
      vendor: "QuickBooks",
      reason: "the webhook has neither form that is known",
    });
  }
  return legacy.data.eventNotifications.flatMap(({ realmId, dataChangeEvent }) =>
    dataChangeEvent.entities.flatMap(({ name, id, operation, lastUpdated }) =>
      pokeOf(realmId, name, id, operation, lastUpdated),
    ),
  );
}

function parsed(body: Buffer): unknown {
  try {
    return parseJson(body.toString("utf8"));
  } catch {
    return null;
  }
}

function pokeOf(account: string, entity: string, id: string, operation: string, time: string): readonly Poke[] {
  const stream = streamOf(entity);
  if (stream === undefined) return [];
  const at = Date.parse(time);
  const gone = /^(deleted?|merged?)$/i.test(operation);
  return [{ account, stream: stream.name, id, gone, at: new Date(Number.isNaN(at) ? 0 : at).toISOString() }];
}
