/** Why a record waits in quarantine. Codes are stored in `ops.quarantine.reason`. */
export const QUARANTINE_REASONS = {
  schema_invalid: "The object does not have the shape that the vendor documents.",
  missing_name: "No name, company, e-mail, phone or handle: nothing says who this is.",
  missing_customer: "The document names no customer.",
  bad_amount: "The amount is missing or cannot be read as money.",
  negative_total: "The total is below zero; a return belongs in a credit memo or refund.",
  bad_date: "The date is missing, impossible or cannot be read.",
  future_date: "The date lies after the day on which the source was read.",
  unknown_currency: "The currency is not an ISO 4217 code in use.",
  shifted_columns: "The row's values do not fit its columns; a delimiter is missing or doubled.",
  unmapped_table: "The table's columns are not recognised; say what they mean in c360.yaml.",
  schema_drift: "The row has a value in a column that is new, and the stream takes no new columns.",
  suppressed: "The record may not be kept: no lawful basis, or its owner asked to be left out.",
} as const;

/** Why a record is left out on purpose. Codes are stored in `ops.filtered.reason`. */
export const FILTER_REASONS = {
  duplicate_row: "The same row stands in the same table already.",
  total_row: "A total, subtotal or footer line.",
  blank_row: "A row without values.",
  noindex: "The page asks not to be indexed.",
  superseded: "A newer version of the same record came in the same read.",
} as const;

/** A reason code for quarantine. */
export type QuarantineReason = keyof typeof QUARANTINE_REASONS;
/** A reason code for filtering. */
export type FilterReason = keyof typeof FILTER_REASONS;

/** What can happen to a stream as a whole; stored in `ops.notices.code`. */
export const STREAM_NOTICES = {
  columns_moved: "Columns stand in another order than last time; they were found by name.",
  columns_added: "New columns appeared.",
  fields_added: "Objects have fields that were not seen before.",
  columns_removed: "Columns are gone; their values stay empty.",
  column_renamed: "A column was renamed and recognised by its content.",
  stream_emptied: "The stream had records and now has none; the old ones are kept until somebody confirms.",
  volume_drop: "Far fewer records than last time; nothing was deleted.",
  page_gone: "A page that was there is gone.",
  markup_changed: "A page changed its markup; the structured data or the next selector set was used.",
  parser_broken: "A page gave none of the facts that it gave before; nothing was deleted.",
  robots_disallowed: "robots.txt does not allow the page; it was not fetched.",
  blocked: "The site answered with a challenge page; the host is left alone for a day.",
  throttled: "The vendor asked to slow down, and we did.",
  inactive_record: "Inactive records were read as well.",
  not_modified: "Nothing changed since the last read.",
  file_same: "The same file was read before.",
  file_corrected: "A file was read before with other content; the difference was applied.",
  sheet_hidden: "A hidden sheet was left out.",
  mapping_guessed: "The meaning of columns was guessed; see c360.yaml.",
} as const;

/** A notice code. */
export type StreamNotice = keyof typeof STREAM_NOTICES;
