import type { ComparisonSettings } from "./comparison-settings.ts";

type LevelRow = readonly [name: string, m: number, u: number, ...related: readonly (number | null)[]];

function comparison(
  name: string,
  classes: readonly string[],
  rows: readonly LevelRow[],
  hold?: number,
): ComparisonSettings {
  const levels = rows.map(([level, m, u, ...shares]) => ({
    name: level,
    m,
    u,
    related: Object.fromEntries(
      classes.flatMap((one, at) => {
        const share = shares[at];
        return share === null || share === undefined ? [] : [[one, share] as const];
      }),
    ),
  }));
  return hold === undefined ? { name, levels } : { name, hold, levels };
}

/** Classes of related pairs. */
export const PERSON = ["household", "shared contact", "namesake"];
/** Classes of related pairs. */
export const FIRM = ["shared premises", "branch"];

/*
 * Starting values. m and the related shares come from what is generally known of customer files (about 5% of surnames
 * change, one telephone number in three is out of date, ...); the fit moves them to what the data show, u is measured.
 */
/** Starting values. */
export const PERSON_COMPARISONS: readonly ComparisonSettings[] = [
  comparison(
    "given name",
    PERSON,
    [
      ["same", 0.72, 0.01, 0.03, null, 0.85],
      ["nickname", 0.06, 0.004, 0.006, null, 0.02],
      ["initial", 0.09, 0.05, 0.03, null, 0.08],
      ["similar", 0.09, 0.006, 0.014, null, 0.03],
      ["different", 0.03, 0.6, 0.6, null, 0.015],
      ["another name", 0.01, 0.33, 0.32, null, 0.005],
    ],
    300,
  ),
  comparison("family name", PERSON, [
    ["same", 0.76, 0.005, 0.82, null, 0.93],
    ["part", 0.04, 0.001, 0.03, null, 0.01],
    ["similar", 0.1, 0.005, 0.05, null, 0.03],
    ["initial", 0.05, 0.05, 0.02, null, 0.02],
    ["different", 0.05, 0.94, 0.08, null, 0.01],
  ]),
  comparison("name order", PERSON, [
    ["straight", 0.97, 0.8, 0.95, 0.8, 0.97],
    ["swapped", 0.03, 0.2, 0.05, 0.2, 0.03],
  ]),
  comparison("middle name", PERSON, [
    ["same", 0.9, 0.1, null, null],
    ["different", 0.1, 0.9, null, null],
  ]),
  comparison(
    "generation",
    PERSON,
    [
      ["same", 0.5, 0.2, 0.05, null],
      ["one only", 0.49, 0.6, 0.35, null],
      ["different", 0.00003, 0.2, 0.6, null],
    ],
    5000,
  ),
  comparison(
    "birth date",
    PERSON,
    [
      ["same", 0.85, 0.0005, 0.03, null],
      ["near", 0.1, 0.004, 0.005, null],
      ["two parts", 0.03, 0.03, 0.03, null],
      ["different", 0.02, 0.966, 0.935, null],
    ],
    400,
  ),
  comparison("phone", PERSON, [
    ["same", 0.58, 0.0004, 0.4, 0.2],
    ["shared", 0.04, 0.0002, 0.15, 0.6],
    ["near", 0.05, 0.0005, 0.01, 0.01],
    ["different", 0.33, 0.999, 0.44, 0.19],
  ]),
  comparison("email", PERSON, [
    ["same", 0.54, 0.0002, 0.05, 0.05],
    ["shared", 0.02, 0.0001, 0.01, 0.15],
    ["same mailbox name", 0.05, 0.0005, 0.005, 0.005],
    ["similar", 0.08, 0.001, 0.015, 0.005],
    ["different", 0.31, 0.998, 0.92, 0.79],
  ]),
  comparison("handle", PERSON, [
    ["same", 0.5, 0.0003, 0.02, 0.02],
    ["similar", 0.1, 0.001, 0.02, 0.01],
    ["different", 0.4, 0.998, 0.96, 0.97],
  ]),
  comparison("street", PERSON, [
    ["same door", 0.6, 0.0004, 0.58, 0.1],
    ["shared door", 0.1, 0.0002, 0.2, 0.4],
    ["unit unknown", 0.06, 0.0002, 0.06, 0.1],
    ["other unit", 0.02, 0.0002, 0.02, 0.25],
    ["near", 0.09, 0.003, 0.05, 0.05],
    ["same street", 0.02, 0.004, 0.02, 0.02],
    ["different, same place", 0.04, 0.03, 0.03, 0.04, 0.3],
    ["different, same region", 0.015, 0.08, 0.01, 0.01, 0.15],
    ["different", 0.055, 0.882, 0.03, 0.03, 0.55],
  ]),
  comparison("place", PERSON, [
    ["same postcode", 0.3, 0.01, 0.3, 0.3, 0.05],
    ["same", 0.5, 0.05, 0.6, 0.6, 0.2],
    ["same region", 0.08, 0.05, 0.05, 0.05, 0.15],
    ["different", 0.12, 0.9, 0.05, 0.05, 0.6],
  ]),
  comparison("tax number", PERSON, [
    ["same", 0.9, 0.0001, null, null],
    ["near", 0.06, 0.0005, null, null],
    ["different", 0.04, 0.999, null, null],
  ]),
  comparison("gender", PERSON, [
    ["same", 0.98, 0.52, 0.45, null],
    ["different", 0.02, 0.48, 0.55, null],
  ]),
  comparison("birth place", PERSON, [
    ["same", 0.82, 0.02, 0.5, null],
    ["similar", 0.08, 0.005, 0.02, null],
    ["different", 0.1, 0.975, 0.48, null],
  ]),
  comparison("occupation", PERSON, [
    ["same", 0.6, 0.05, 0.1, null],
    ["similar", 0.1, 0.01, 0.02, null],
    ["different", 0.3, 0.94, 0.88, null],
  ]),
  comparison("source", PERSON, [
    ["another", 0.8, 0.7, 0.7, 0.7],
    ["same, holds everybody once", 0.002, 0.01],
    ["same", 0.2, 0.3, 0.3, 0.3],
  ]),
];

/** Starting values. */
export const FIRM_COMPARISONS: readonly ComparisonSettings[] = [
  comparison("firm name", FIRM, [
    ["same", 0.64, 0.001, 0.005, 0.88],
    ["strong", 0.2, 0.001, 0.01, 0.08],
    ["part", 0.08, 0.002, 0.02, 0.02],
    ["most", 0.02, 0.006, 0.02, 0.005],
    ["weak", 0.02, 0.03, 0.05, 0.005],
    ["different", 0.04, 0.96, 0.895, 0.01],
  ]),
  comparison("contact person", FIRM, [
    ["same", 0.55, 0.002, 0.01, 0.1],
    ["different", 0.45, 0.998, 0.99, 0.9],
  ]),
  comparison("phone", FIRM, [
    ["same", 0.58, 0.0004, 0.15, 0.002],
    ["shared", 0.04, 0.0002, 0.65, 0.02],
    ["near", 0.05, 0.0005, 0.01, 0.01],
    ["different", 0.33, 0.999, 0.19, 0.95],
  ]),
  comparison("email", FIRM, [
    ["same", 0.53, 0.0002, 0.02, 0.1],
    ["shared", 0.02, 0.0001, 0.03, 0.02],
    ["same mailbox name", 0.03, 0.002, 0.01, 0.02],
    ["similar", 0.06, 0.001, 0.01, 0.02],
    ["different", 0.36, 0.997, 0.94, 0.84],
  ]),
  comparison("domain", FIRM, [
    ["same", 0.9, 0.0005, 0.01, 0.85],
    ["different", 0.1, 0.9995, 0.99, 0.15],
  ]),
  comparison("handle", FIRM, [
    ["same", 0.7, 0.0003, 0.01, 0.3],
    ["similar", 0.15, 0.001, 0.01, 0.1],
    ["different", 0.15, 0.998, 0.98, 0.6],
  ]),
  comparison(
    "street",
    FIRM,
    [
      ["same door", 0.6, 0.0004, 0.15, 0.01],
      ["shared door", 0.12, 0.0002, 0.3, 0.01],
      ["unit unknown", 0.08, 0.0002, 0.12, 0.005],
      ["other unit", 0.03, 0.0002, 0.35, 0.005],
      ["near", 0.09, 0.003, 0.03, 0.01],
      ["same street", 0.02, 0.004, 0.02, 0.01],
      ["different, same place", 0.02, 0.03, 0.015, 0.16],
      ["different, same region", 0.008, 0.08, 0.004, 0.2],
      ["different", 0.032, 0.882, 0.011, 0.6],
    ],
    2000,
  ),
  comparison(
    "place",
    FIRM,
    [
      ["same postcode", 0.3, 0.01, 0.3, 0.05],
      ["same", 0.56, 0.05, 0.65, 0.2],
      ["same region", 0.06, 0.05, 0.03, 0.15],
      ["different", 0.08, 0.9, 0.02, 0.6],
    ],
    2000,
  ),
  comparison("tax number", FIRM, [
    ["same", 0.93, 0.0001, null, 0.4],
    ["near", 0.03, 0.0005, null, 0.01],
    ["different", 0.04, 0.999, null, 0.59],
  ]),
  comparison("source", FIRM, [
    ["another", 0.8, 0.7, 0.7, 0.7],
    ["same, holds everybody once", 0.002, 0.01],
    ["same", 0.2, 0.3, 0.3, 0.3],
  ]),
];

/** Classes of related things: issues of one work, models of one make. */
export const ITEM = ["variant"];

/** Starting values between things that are neither persons nor firms. */
export const ITEM_COMPARISONS: readonly ComparisonSettings[] = [
  comparison("title", ITEM, [
    ["same", 0.45, 0.0002, 0.1],
    ["strong", 0.3, 0.0005, 0.25],
    ["part", 0.15, 0.004, 0.3],
    ["weak", 0.06, 0.02, 0.3],
    ["different", 0.04, 0.975, 0.05],
  ]),
  comparison("authors", ITEM, [
    ["same", 0.85, 0.002, 0.3],
    ["part", 0.1, 0.01, 0.2],
    ["different", 0.05, 0.988, 0.5],
  ]),
  comparison("text", ITEM, [
    ["same", 0.4, 0.001, 0.1],
    ["strong", 0.25, 0.005, 0.2],
    ["part", 0.2, 0.03, 0.3],
    ["different", 0.15, 0.964, 0.4],
  ]),
  comparison("amount", ITEM, [
    ["same", 0.3, 0.02, 0.1],
    ["near", 0.4, 0.08, 0.2],
    ["like", 0.2, 0.15, 0.3],
    ["different", 0.1, 0.75, 0.4],
  ]),
  comparison("year", ITEM, [
    ["same", 0.88, 0.1, 0.2],
    ["near", 0.07, 0.15, 0.2],
    ["different", 0.05, 0.75, 0.6],
  ]),
  comparison("category", ITEM, [
    ["same", 0.7, 0.1, 0.7],
    ["part", 0.15, 0.1, 0.15],
    ["different", 0.15, 0.8, 0.15],
  ]),
  comparison("firm name", ITEM, [
    ["same", 0.8, 0.05, 0.9],
    ["strong", 0.08, 0.01, 0.04],
    ["part", 0.05, 0.01, 0.02],
    ["most", 0.02, 0.01, 0.01],
    ["weak", 0.02, 0.02, 0.02],
    ["different", 0.05, 0.91, 0.02],
  ]),
  comparison("tax number", ITEM, [
    ["same", 0.9, 0.0001, 0.01],
    ["near", 0.03, 0.0005, 0.09],
    ["different", 0.07, 0.999, 0.9],
  ]),
  comparison("source", ITEM, [
    ["another", 0.8, 0.7, 0.7],
    ["same, holds everybody once", 0.002, 0.01],
    ["same", 0.2, 0.3, 0.3],
  ]),
];
