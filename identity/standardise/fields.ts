import type { CustomerFields } from "#core";

/** A customer's fields where an absent one may also be undefined. */
export type OpenFields = { readonly [K in keyof CustomerFields]: CustomerFields[K] | undefined };

/** A customer's fields as they are gathered. */
export type CellFields = { -readonly [K in keyof OpenFields]-?: OpenFields[K] };

/** Fields without a value. Every field has its place: objects of one form are read many times quicker than those that grow. */
export function blankFields(): CellFields {
  return {
    kind: "customer",
    name: undefined,
    givenName: undefined,
    middleName: undefined,
    familyName: undefined,
    title: undefined,
    orgName: undefined,
    emails: undefined,
    phones: undefined,
    address: undefined,
    street: undefined,
    unit: undefined,
    locality: undefined,
    region: undefined,
    postcode: undefined,
    country: undefined,
    website: undefined,
    handles: undefined,
    taxId: undefined,
    birthDate: undefined,
    occupation: undefined,
    category: undefined,
    notes: undefined,
    parentId: undefined,
    isJob: undefined,
    active: undefined,
    doNotContact: undefined,
    since: undefined,
    accountNumber: undefined,
    latitude: undefined,
    longitude: undefined,
  };
}
