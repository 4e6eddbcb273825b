/** Address parts as a source may give them, or one text. */
export interface AddressInput {
  readonly address?: string | undefined;
  readonly street?: string | undefined;
  readonly unit?: string | undefined;
  readonly locality?: string | undefined;
  readonly region?: string | undefined;
  readonly postcode?: string | undefined;
  readonly country?: string | undefined;
}

/** An address taken apart. */
export interface AddressParts {
  readonly street: string | null;
  readonly unit: string | null;
  readonly locality: string | null;
  readonly region: string | null;
  /** ISO 3166-2, only where a region is written or the place lies in one region only. */
  readonly regionCode: string | null;
  /** Postcode, or the postal district that stands for one ("Kingston 10"). */
  readonly postcode: string | null;
  readonly country: string | null;
  /** `region_ambiguous: A | B`, `region_conflict`, `region_inferred`, `postcode_unofficial`. */
  readonly notes: readonly string[];
}
