import { createHash } from "node:crypto";
import { utcStamp } from "../world/calendar.ts";
import { memberId, type Mailing, type Response } from "../world/mailings.ts";
import { json, startVendor, type Answer, type Asked, type Vendor } from "./http.ts";
import { CLOSING_MINUTE, today, type Sample } from "./sample.ts";

/** Key of the mailing account; the part after the dash names the data centre. */
export const API_KEY = "5ampleKeyBlueMountainTraders00000-us21";

const LIST = { id: "bmt16ed227", name: "Blue Mountain customers" };
const SEND_MINUTE = 9 * 60 + 30;

function fault(status: number, title: string, detail: string): Answer {
  const body = {
    type: "https://mailchimp.com/developer/marketing/docs/errors/",
    title,
    status,
    detail,
    instance: "5a6c0f3e-sample",
  };
  return json(status, body, { "content-type": "application/problem+json; charset=utf-8" });
}

const sentAt = (m: Mailing): string => utcStamp(m.campaign.day, SEND_MINUTE);
const count = (m: Mailing, ...what: string[]): number => m.responses.filter((r) => what.includes(r.did)).length;
const share = (part: number, all: number): number => (all === 0 ? 0 : Math.round((part / all) * 10_000) / 10_000);

function campaign(m: Mailing): object {
  const { campaign: c } = m;
  const [opens, clicks] = [count(m, "open", "click"), count(m, "click")];
  return {
    id: c.id,
    web_id: 4_746_122 + c.index * 3,
    type: "regular",
    create_time: utcStamp(c.day - 3, 600),
    archive_url: `http://eepurl.com/${c.id}`,
    status: "sent",
    emails_sent: m.responses.length,
    send_time: sentAt(m),
    content_type: "html",
    recipients: {
      list_id: LIST.id,
      list_is_active: true,
      list_name: LIST.name,
      segment_text: "",
      recipient_count: m.responses.length,
    },
    settings: {
      subject_line: c.subject,
      title: c.title,
      from_name: "Blue Mountain Traders",
      reply_to: "news@bluemountaintraders.com.jm",
    },
    report_summary: {
      opens: opens + clicks,
      unique_opens: opens,
      open_rate: share(opens, m.responses.length),
      clicks,
      subscriber_clicks: clicks,
      click_rate: share(clicks, m.responses.length),
    },
    delivery_status: { enabled: false },
  };
}

function report(m: Mailing): object {
  const { campaign: c } = m;
  const [opens, clicks, bounces] = [count(m, "open", "click"), count(m, "click"), count(m, "bounce")];
  return {
    id: c.id,
    campaign_title: c.title,
    type: "regular",
    list_id: LIST.id,
    list_is_active: true,
    list_name: LIST.name,
    subject_line: c.subject,
    preview_text: "",
    emails_sent: m.responses.length,
    abuse_reports: 0,
    unsubscribed: 0,
    send_time: sentAt(m),
    bounces: { hard_bounces: bounces, soft_bounces: 0, syntax_errors: 0 },
    opens: {
      opens_total: opens + clicks,
      unique_opens: opens,
      open_rate: share(opens, m.responses.length),
      last_open: "",
    },
    clicks: {
      clicks_total: clicks,
      unique_clicks: clicks,
      unique_subscriber_clicks: clicks,
      click_rate: share(clicks, m.responses.length),
      last_click: "",
    },
    ecommerce: {
      total_orders: Math.round(clicks * 0.3),
      total_spent: Math.round(clicks * 0.3) * 12_500,
      total_revenue: Math.round(clicks * 0.3) * 12_500,
      currency_code: "JMD",
    },
  };
}

function events(m: Mailing, r: Response): object[] {
  const at = (after: number): string => utcStamp(m.campaign.day, SEND_MINUTE + after);
  const first = r.defect === "bad_date" ? "not recorded" : at(r.after);
  const ip = `72.27.${r.after % 250}.${r.email.length}`;
  if (r.did === "none") return [];
  if (r.did === "bounce") return [{ action: "bounce", type: "hard", timestamp: at(2) }];
  const open = { action: "open", timestamp: first, ip };
  return r.did === "open"
    ? [open]
    : [
        open,
        { action: "click", timestamp: at(r.after + 3), url: "https://www.bluemountaintraders.com.jm/specials", ip },
      ];
}

/** What has happened of a mailing by now: an answer that comes later is not in any figure yet. */
function soFar(m: Mailing, now: number): Mailing {
  const happened = (after: number): boolean => Date.parse(utcStamp(m.campaign.day, SEND_MINUTE + after)) <= now;
  if (happened(Math.max(0, ...m.responses.map((r) => r.after)) + 3)) return m;
  const responses = m.responses.map((r): Response => {
    if (r.did === "none" || r.did === "bounce") return r;
    if (!happened(r.after)) return { ...r, did: "none" };
    return r.did === "click" && !happened(r.after + 3) ? { ...r, did: "open" } : r;
  });
  return { ...m, responses };
}

function activity(m: Mailing, r: Response, since: number): object {
  const list = events(m, r).filter((e) => !(Date.parse((e as { timestamp: string }).timestamp) <= since));
  return {
    campaign_id: m.campaign.id,
    list_id: LIST.id,
    list_is_active: true,
    email_id: memberId(r.email),
    email_address: r.email,
    activity: list,
  };
}

function sentTo(m: Mailing, r: Response): object {
  const status = r.did === "bounce" ? "hard" : "sent";
  const opens = r.did === "open" || r.did === "click" ? 1 : 0;
  return {
    email_id: memberId(r.email),
    email_address: r.email,
    merge_fields: {},
    vip: false,
    status,
    open_count: opens,
    campaign_id: m.campaign.id,
    list_id: LIST.id,
  };
}

function member(r: Response): object {
  return {
    id: memberId(r.email),
    email_address: r.email,
    unique_email_id: createHash("md5").update(`u/${r.email}`).digest("hex").slice(0, 10),
    status: r.did === "bounce" ? "cleaned" : "subscribed",
    list_id: LIST.id,
  };
}

/** A page of a collection: 10 by default, at most 1000. */
function page<T>(asked: Asked, key: string, all: readonly T[], show: (one: T) => object, extra: object = {}): Answer {
  const size = Math.min(1000, Number(asked.query.get("count") ?? 10));
  const offset = Number(asked.query.get("offset") ?? 0);
  return json(200, {
    [key]: all.slice(offset, offset + size).map(show),
    ...extra,
    total_items: all.length,
    _links: [],
  });
}

function dated(asked: Asked, mailings: readonly Mailing[]): Mailing[] {
  // "since" is exclusive and "before" inclusive, as probes of the real service show.
  const since = Date.parse(asked.query.get("since_send_time") ?? "") || -Infinity;
  const before = Date.parse(asked.query.get("before_send_time") ?? "") || Infinity;
  return mailings.filter((m) => Date.parse(sentAt(m)) > since && Date.parse(sentAt(m)) <= before);
}

function answer(mailings: readonly Mailing[], asked: Asked): Answer {
  const { path, query } = asked;
  if (path === "/3.0/ping") return json(200, { health_status: "Everything's Chimpy!" });
  if (path === "/3.0" || path === "/3.0/")
    return json(200, {
      account_id: "d8ba0a687ccbd9857e68a507c",
      account_name: "Blue Mountain Traders",
      total_subscribers: 0,
    });
  if (path === "/3.0/campaigns") return page(asked, "campaigns", dated(asked, mailings), campaign);
  if (path === "/3.0/reports") return page(asked, "reports", dated(asked, mailings), report);
  if (path === "/3.0/lists") return page(asked, "lists", [LIST], (l) => l);
  if (path === `/3.0/lists/${LIST.id}/members`) {
    return page(asked, "members", mailings.at(-1)?.responses ?? [], member, { list_id: LIST.id });
  }
  const one = /^\/3\.0\/(campaigns|reports)\/([^/]+)(?:\/(email-activity|sent-to))?$/.exec(path);
  const mailing = mailings.find((m) => m.campaign.id === one?.[2]);
  if (one === null || mailing === undefined)
    return fault(404, "Resource Not Found", "The requested resource could not be found.");
  const extra = { campaign_id: mailing.campaign.id };
  if (one[3] === "email-activity") {
    // `since` filters events inside members, not members.
    const since = Date.parse(query.get("since") ?? "");
    return page(asked, "emails", mailing.responses, (r) => activity(mailing, r, since), extra);
  }
  if (one[3] === "sent-to") return page(asked, "sent_to", mailing.responses, (r) => sentTo(mailing, r), extra);
  return json(200, one[1] === "campaigns" ? campaign(mailing) : report(mailing));
}

/** The Marketing API of the mailing service. */
export async function startCampaigns(sample: Sample, port: number): Promise<Vendor> {
  return startVendor("campaigns", port, (asked) => {
    const basic = Buffer.from((asked.headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString("utf8");
    const key =
      asked.headers.authorization?.startsWith("Bearer ") === true
        ? asked.headers.authorization.slice(7)
        : basic.split(":")[1];
    if (key !== API_KEY)
      return fault(
        401,
        "API Key Invalid",
        "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
      );
    const now = Date.parse(utcStamp(today(sample), CLOSING_MINUTE));
    const sent = sample.world.mailings.filter((m) => m.campaign.day <= today(sample));
    return answer(
      sent.map((m) => soFar(m, now)),
      asked,
    );
  });
}
