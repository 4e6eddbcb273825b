import { describe, expect, it } from "vitest";
import { evaluatePartition, linkRecords } from "#identity";
import type { LinkConstraint, LinkRecord, LinkResult } from "#identity";
import { answeredPairs, fitWithAnswers } from "../../identity/answers.ts";
import { prepareAll } from "../../identity/link.ts";
import type { LinkageSettings } from "../../identity/settings.ts";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const link = (records: readonly LinkRecord[], constraints: readonly LinkConstraint[] = []): Promise<LinkResult> =>
  linkRecords({ records, constraints, pack: jamaica, seed: 1 });

/** A town where sons bear their fathers' names and some records say little: much to ask about. */
function hardTown(): { readonly records: readonly LinkRecord[]; readonly truth: ReadonlyMap<string, string> } {
  const town = smallTown(90);
  const records = [...town.records];
  const truth = new Map(town.truth);
  for (let n = 0; n < 90; n += 3) {
    const father = town.records.find(({ key }) => key.startsWith("quickbooks") && key.endsWith(`:${n}`));
    if (father === undefined) continue;
    const { givenName, familyName, street, locality } = father;
    const name = `${givenName ?? ""} ${familyName ?? ""}`;
    const place = { street: street ?? "", locality: locality ?? "" };
    const son = recordOf("excel", `son${n}`, { name, ...place, emails: [`junior${n}@yahoo.com`] });
    const thin = recordOf("google-sheets", `thin${n}`, { name, locality: locality ?? "" });
    records.push(son, thin);
    truth.set(son.key, `son${n}`).set(thin.key, `p${n}`);
  }
  return { records, truth };
}

const bitsOf = ({ candidates: { keys, left, right, bits } }: LinkResult): ReadonlyMap<string, number> =>
  new Map(Array.from(left, (at, row) => [`${keys[at] ?? ""} ${keys[right[row] ?? 0] ?? ""}`, bits[row] ?? 0]));

const bitsBetween = (bits: ReadonlyMap<string, number>, one: string, other: string): number =>
  bits.get(`${one} ${other}`) ?? bits.get(`${other} ${one}`) ?? -99;

const quality = (result: LinkResult, truth: ReadonlyMap<string, string>): number =>
  evaluatePartition(new Map(result.clusters.map((row) => [row.key, row.clusterAnchor])), truth).pairwise.f1;

describe("answers of a steward who is right", () => {
  it("never make the whole worse, few or many", { timeout: 60_000 }, async () => {
    const { records, truth } = hardTown();
    const first = await link(records);
    const answers = first.questions.map(({ left, right }) => ({
      left,
      right,
      same: truth.get(left) === truth.get(right),
    }));
    expect(answers.length).toBeGreaterThan(10);
    let before = quality(first, truth);
    for (const share of [0.1, 0.4, 1]) {
      const after = quality(await link(records, answers.slice(0, Math.ceil(share * answers.length))), truth);
      expect(after).toBeGreaterThanOrEqual(before - 0.005);
      before = after;
    }
    expect(before).toBeGreaterThanOrEqual(quality(first, truth));
  });

  it("hold at once, and change no weight while they are few", async () => {
    const { records, truth } = hardTown();
    const first = await link(records);
    const [question] = first.questions;
    const [left, right] = [question?.left ?? "", question?.right ?? ""];
    const same = truth.get(left) === truth.get(right);
    const second = await link(records, [{ left, right, same }]);
    const anchor = new Map(second.clusters.map((row) => [row.key, row.clusterAnchor]));
    expect(anchor.get(left) === anchor.get(right)).toBe(same);
    expect(second.settings.models).toEqual(first.settings.models);
    expect(second.settings.calibration).toEqual(first.settings.calibration);
    expect(second.questions.some(({ questionId }) => questionId === question?.questionId)).toBe(false);
  });

  it("say what the pairs are that they settle, also between the groups that stand for them", async () => {
    const { records } = hardTown();
    const first = await link(records);
    const sons = records.filter(({ key }) => key.includes(":son"));
    const answers = sons.map(({ key }) => ({
      left: key.replace("excel", "quickbooks").replace(":son", ":"),
      right: key,
      same: false,
    }));
    const second = await link(records, answers);
    const anchor = new Map(second.clusters.map((row) => [row.key, row.clusterAnchor]));
    const [before, after] = [bitsOf(first), bitsOf(second)];
    let others = 0;
    for (const { left: father, right: son } of answers) {
      expect(bitsBetween(after, father, son)).toBeLessThan(-20);
      for (const { key } of records) {
        const [was, is] = [bitsBetween(before, key, son), bitsBetween(after, key, son)];
        if (key === father || anchor.get(key) !== anchor.get(father) || was < 0) continue;
        expect(is).toBeLessThan(was);
        others += 1;
      }
    }
    expect(others).toBeGreaterThan(10);
    const [pair = ""] = [...before].find(([, bits]) => bits < 0) ?? [];
    const [one = "", two = ""] = pair.split(" ");
    const joined = bitsOf(await link(records, [{ left: one, right: two, same: true }]));
    expect(bitsBetween(joined, one, two)).toBeGreaterThan(20);
  });

  it("change the weights only where new ones foretell them better", async () => {
    const { records, truth } = hardTown();
    const { settings, candidates, clusters } = await link(records);
    const list = candidates.keys
      .map((key) => records.find((one) => one.key === key))
      .filter((one) => one !== undefined);
    const prepared = prepareAll(list, new Map(candidates.keys.map((key, at) => [key, at])), settings);
    const anchors = new Map(clusters.map((row) => [row.key, row.clusterAnchor]));
    const anchor = Int32Array.from(candidates.keys, (key) => candidates.keys.indexOf(anchors.get(key) ?? key));
    const isSame = (left: number, right: number): boolean =>
      truth.get(candidates.keys[left] ?? "") === truth.get(candidates.keys[right] ?? "");
    const refit = (plain: LinkageSettings, word: (left: number, right: number) => boolean | null): LinkageSettings => {
      const answered = answeredPairs(candidates, word);
      expect(answered.length).toBeGreaterThan(40);
      return fitWithAnswers(settings, plain, { anchor }, { records: prepared, pairs: candidates, seed: 1, answered });
    };
    const line = { scale: 1, shift: -30 };
    const blind = { ...settings, calibration: { ...settings.calibration, person: line } };
    expect(refit(blind, (left, right) => isSame(left, right) || null)).not.toBe(blind);
    expect(refit(settings, (left, right) => !isSame(left, right))).toBe(settings);
    expect(answeredPairs(candidates, (left) => (left === 0 ? true : null))).toEqual([]);
  });

  it("carry over to what follows from them", async () => {
    const { records } = hardTown();
    const [a = "", b = "", c = ""] = records.map(({ key }) => key);
    const chained = await link(records, [
      { left: a, right: b, same: true },
      { left: b, right: c, same: false },
    ]);
    const placed = new Map(chained.clusters.map((row) => [row.key, row.clusterAnchor]));
    expect(placed.get(a)).toBe(placed.get(b));
    expect(placed.get(a)).not.toBe(placed.get(c));
  });
});

describe("records that a source holds together", () => {
  it("do not pull their parent away from what it matches, though nobody compared them", async () => {
    const { records } = smallTown(80);
    const about = { orgName: "Sterling Castle Hardware Ltd", phones: ["876-962-4401"], street: "4 Duke Street" };
    const parent = recordOf("quickbooks", "900", { ...about, name: "Sterling Castle Hardware Ltd" });
    const jobs = [1, 2, 3].map((n) => ({
      ...recordOf("quickbooks", `90${n}`, { name: `Wing ${n}` }),
      parentKey: parent.key,
      isJob: true,
    }));
    const sheet = recordOf("excel", "sterling", about);
    const { clusters } = await link([...records, parent, ...jobs, sheet]);
    const anchor = new Map(clusters.map((row) => [row.key, row.clusterAnchor]));
    for (const { key } of [...jobs, sheet]) expect(anchor.get(key)).toBe(anchor.get(parent.key));
  });
});

describe("a list with names and companies", () => {
  it("takes a person's name beside a company's for the firm's contact", () => {
    const row = recordOf("excel", "1", { name: "Tony Nembhard", orgName: "Nembhard's Hotel Kingston" });
    expect(row).toMatchObject({
      entityType: "organisation",
      displayName: "Nembhard's Hotel Kingston",
      orgName: "Nembhard's Hotel Kingston",
      givenName: "Tony",
      familyName: "Nembhard",
    });
    expect(recordOf("excel", "2", { name: "Tony Nembhard" }).entityType).toBe("person");
    const born = recordOf("excel", "3", { name: "Tony Nembhard", orgName: "Delta Ltd", birthDate: "1980-02-03" });
    expect(born.entityType).toBe("person");
    const firm = recordOf("excel", "4", { name: "Delta Tyre Centre", orgName: "Delta Tyre Centre Company Ltd" });
    expect(firm).toMatchObject({ entityType: "organisation", givenName: null, familyName: null });
  });
});

describe("referrals", () => {
  it("are read from notes where they name a customer, and are relations", async () => {
    const { records } = smallTown(60);
    const [one] = records;
    const notes = `pays cash; referred by ${one?.displayName ?? ""} last year`;
    const sent = recordOf("excel", "new", { name: "Zelda Quarrie", phones: ["876-999-1234"], notes });
    const lost = recordOf("excel", "lost", { name: "Hugo Quarrie", notes: "Referred by nobody in particular" });
    const { relations, clusters } = await link([...records, sent, lost]);
    const anchor = new Map(clusters.map((row) => [row.key, row.clusterAnchor]));
    const referrals = relations.filter(({ relation }) => relation === "referral");
    expect(referrals).toHaveLength(1);
    expect(referrals[0]).toMatchObject({ left: sent.key, evidence: expect.stringContaining("The notes name") });
    expect(anchor.get(referrals[0]?.right ?? "")).toBe(anchor.get(one?.key ?? ""));
  });
});
