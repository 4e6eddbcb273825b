import { z } from "zod";
import type { CampaignFields, InteractionFields, MapContext, MapResult } from "#core";
import { schemaRejected } from "../define.ts";
import { compact } from "../text.ts";

const count = z.number().optional();
const campaignSchema = z.looseObject({
  id: z.string(),
  type: z.string().optional(),
  status: z.string().optional(),
  create_time: z.string().optional(),
  send_time: z.string().nullish(),
  emails_sent: count,
  settings: z.looseObject({ title: z.string().optional(), subject_line: z.string().optional() }).optional(),
  report_summary: z.looseObject({ unique_opens: count, subscriber_clicks: count }).optional(),
  report: z
    .looseObject({
      emails_sent: count,
      clicks: z.looseObject({ unique_subscriber_clicks: count, clicks_total: count }).optional(),
      ecommerce: z.looseObject({ total_orders: count, currency_code: z.string().optional() }).optional(),
    })
    .optional(),
});
const responseSchema = z.looseObject({
  campaign_id: z.string(),
  email_id: z.string(),
  email_address: z.string(),
  activity: z.looseObject({
    action: z.string(),
    type: z.string().optional(),
    timestamp: z.string().optional(),
    url: z.string().optional(),
  }),
});

/** A campaign with its figures, or one response of one member. */
export function mapCampaigns(raw: unknown, context: MapContext): MapResult {
  return context.stream === "campaigns" ? mapCampaign(raw) : mapResponse(raw);
}

function figure(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function mapCampaign(raw: unknown): MapResult {
  const parsed = campaignSchema.safeParse(raw);
  if (!parsed.success) return schemaRejected(parsed.error);
  const row = parsed.data;
  const title = [row.settings?.title, row.settings?.subject_line].find(
    (text) => text !== undefined && text.trim() !== "",
  );
  return [
    compact<CampaignFields>({
      kind: "campaign",
      name: title ?? row.id,
      channel: "email",
      startDate: row.send_time ?? row.create_time,
      currency: row.report?.ecommerce?.currency_code,
      impressions: figure(row.report?.emails_sent ?? row.emails_sent),
      clicks: figure(row.report?.clicks?.unique_subscriber_clicks ?? row.report_summary?.subscriber_clicks),
      conversions: figure(row.report?.ecommerce?.total_orders),
    }),
  ];
}

function mapResponse(raw: unknown): MapResult {
  const parsed = responseSchema.safeParse(raw);
  if (!parsed.success) return schemaRejected(parsed.error);
  const row = parsed.data;
  if (row.email_address.trim() === "") {
    return { rejected: "missing_customer", detail: "the response names no address", field: "email_address" };
  }
  return [
    compact<InteractionFields>({
      kind: "interaction",
      interactionKind: "campaign_response",
      date: row.activity.timestamp ?? "",
      channel: "email",
      direction: "in",
      outcome:
        row.activity.action === "bounce" && row.activity.type !== undefined
          ? `${row.activity.type}_bounce`
          : row.activity.action,
      customer: { email: row.email_address },
      campaignId: row.campaign_id,
    }),
  ];
}
