import { z } from "zod";

/** What an answer must have; everything else is left alone. */
export const driveAnswer = z.looseObject({
  name: z.string().optional(),
  modifiedTime: z.string(),
  version: z.union([z.string(), z.number()]).optional(),
  trashed: z.boolean().optional(),
});
const tabProperties = z.looseObject({
  sheetId: z.number(),
  title: z.string(),
  index: z.number().optional(),
  sheetType: z.string().optional(),
  hidden: z.boolean().optional(),
  gridProperties: z.looseObject({ rowCount: z.number().optional(), columnCount: z.number().optional() }).optional(),
});
/** What an answer must have; everything else is left alone. */
export const bookAnswer = z.looseObject({
  properties: z.looseObject({
    title: z.string().optional(),
    timeZone: z.string().optional(),
    locale: z.string().optional(),
  }),
  sheets: z.array(z.looseObject({ properties: tabProperties })).default([]),
});
const cellValue = z.looseObject({
  effectiveValue: z
    .looseObject({
      numberValue: z.number().optional(),
      stringValue: z.string().optional(),
      boolValue: z.boolean().optional(),
      errorValue: z.looseObject({ type: z.string().optional() }).optional(),
    })
    .optional(),
  effectiveFormat: z
    .looseObject({
      numberFormat: z.looseObject({ type: z.string().optional(), pattern: z.string().optional() }).optional(),
    })
    .optional(),
});
/** What an answer must have; everything else is left alone. */
export const gridAnswer = z.looseObject({
  sheets: z
    .array(
      z.looseObject({
        data: z
          .array(
            z.looseObject({
              startRow: z.number().optional(),
              rowData: z.array(z.looseObject({ values: z.array(cellValue).optional() })).optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

/** Plain values of a range; a range without values has no `values`. */
export const valuesAnswer = z.looseObject({
  range: z.string().optional(),
  values: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))).default([]),
});

/** When the file changed last, by Drive. */
export type DriveFile = z.infer<typeof driveAnswer>;
/** A tab's properties. */
export type Tab = z.infer<typeof tabProperties>;
/** A cell with its effective value and number format. */
export type GridCell = z.infer<typeof cellValue>;

/** Rows with their 1-based position. */
export type GridRows = readonly { readonly row: number; readonly cells: readonly GridCell[] }[];
