import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { survive } from "#identity";
import { recordOf } from "./support/people.ts";

const ledger = recordOf("quickbooks", "7", {
  name: "M. Brown",
  givenName: "M",
  familyName: "Brown",
  phones: ["876-926-1234"],
  since: "2022-05-01",
});
const sheet = recordOf("excel", "row3", {
  name: "Marcia Brown",
  emails: ["marcia@gmail.com"],
  address: "Apt 2, 5 Hope Road, Kingston 6",
  since: "2021-03-01",
});
const social = recordOf("social", "ig1", {
  name: "Marcia",
  emails: ["other@gmail.com"],
  handles: [{ platform: "instagram", handle: "@MarciaB" }],
  doNotContact: true,
});

describe("survivorship", () => {
  it("takes each field from the source that is trusted most, and says where from", () => {
    const golden = survive([social, sheet, ledger]);
    expect(golden).toMatchObject({
      entity_type: "person",
      display_name: "Marcia Brown",
      first_name: "Marcia",
      last_name: "Brown",
      email: "marcia@gmail.com",
      phone: "+18769261234",
      street_address: "Apt 2, 5 Hope Road",
      city: "Kingston",
      parish: null,
      customer_since: "2021-03-01",
      do_not_contact: true,
      active: true,
      record_count: 3,
      data_sources: ["excel", "quickbooks", "social"],
      external_ids: { excel: ["row3"], quickbooks: ["7"], social: ["ig1"] },
    });
    expect(golden.fields.find(({ field }) => field === "email")).toEqual({
      field: "email",
      value: "marcia@gmail.com",
      sourceKey: sheet.key,
      rule: "most trusted source",
    });
    expect(golden.contactPoints).toContainEqual({
      kind: "handle",
      value: "instagram:marciab",
      records: 1,
      sourceKey: social.key,
    });
  });

  it("names the source of every field that is filled", () => {
    const golden = survive([social, sheet, ledger]);
    const columns = Object.entries(golden).filter(
      ([name, value]) => typeof value === "string" && !["entity_type", "customer_since"].includes(name),
    );
    expect(golden.fields.map(({ field }) => field).sort()).toEqual(columns.map(([name]) => name).sort());
    for (const { field, value } of golden.fields) expect(value).toBe(golden[field as "email"]);
  });

  it("lets the value win that more records of equal trust agree on", () => {
    const records = ["a", "b", "c"].map((id) =>
      recordOf("excel", id, { name: "Ann Reid", emails: [id === "a" ? "old@x.com" : "new@x.com"] }),
    );
    expect(survive(records).email).toBe("new@x.com");
  });

  it("takes an address whole from one record", () => {
    const one = recordOf("excel", "1", { name: "Ann Reid", street: "5 Duke Street", locality: "Kingston" });
    const two = recordOf("excel", "2", {
      name: "Ann Reid",
      locality: "Mandeville",
      region: "Manchester",
      postcode: "12345",
    });
    expect(survive([one, two])).toMatchObject({
      street_address: "5 Duke Street",
      city: "Kingston",
      parish: null,
      postal_code: null,
    });
  });

  it("does not depend on the order of the records", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([ledger, sheet, social], { minLength: 3 }), (records) => {
        expect(survive(records)).toEqual(survive([ledger, sheet, social]));
      }),
    );
  });

  it("refuses an empty cluster", () => {
    expect(() => survive([])).toThrow(TypeError);
  });
});
