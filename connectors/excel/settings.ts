import { z } from "zod";

/** Settings of a drop folder: files, or folders whose files are read. */
export const excelSettings = z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  /** Name of the account; default: the folder's own name. */
  account: z.string().min(1).optional(),
});

/** Validated settings. */
export type ExcelSettings = z.infer<typeof excelSettings>;
