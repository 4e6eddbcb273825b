import { describe, expect, it } from "vitest";
import { blankLinkRecord, lexiconOf, parseSettings, serialiseSettings } from "#identity";
import { prepareRecord } from "../../identity/prepare.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { organisationTokens } from "../../identity/standardise/names.ts";
import { jamaica } from "./support/people.ts";

const lexicon = lexiconOf(jamaica);
const elsewhere = { ...lexicon, homeWords: [], handleEnds: [] };

describe("words that only say of which country a firm is", () => {
  it("tell no firm of that country from another", () => {
    expect(organisationTokens("Blue Harbour (Jamaica) Limited", lexicon)).toEqual(["blue", "harbour"]);
    expect(organisationTokens("Blue Harbour Jamaica Ltd", elsewhere)).toEqual(["blue", "harbour", "jamaica"]);
  });

  it("are all of a name that has no other", () => {
    expect(organisationTokens("Jamaica Ltd", lexicon)).toEqual(["jamaica", "ltd"]);
  });

  it("are taken off the end of a handle", () => {
    const record = { ...blankLinkRecord(), handles: ["instagram:blueharbour_ja"] };
    expect(prepareRecord(record, lexicon).handleStems).toEqual(["blueharbour"]);
    expect(prepareRecord(record, elsewhere).handleStems).toEqual(["blueharbourja"]);
  });

  it("travel with the settings", () => {
    const { lexicon: read } = parseSettings(serialiseSettings(defaultSettings(jamaica)));
    expect([read.homeWords, read.handleEnds]).toEqual([jamaica.homeWords, jamaica.handleEnds]);
  });
});
