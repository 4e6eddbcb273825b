/** What the company sells: name, SKU, category and price in JMD cents. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly sku: string;
  readonly category: string;
  readonly cents: number;
  readonly active: boolean;
}

const LIST: readonly (readonly [string, string, number])[] = [
  ["Portland Cement 42.5kg", "Hardware", 1_650],
  ["Steel Bar 1/2in 20ft", "Hardware", 1_480],
  ["Zinc Sheet 8ft", "Hardware", 2_250],
  ["Emulsion Paint 1gal", "Hardware", 4_900],
  ["PVC Pipe 1/2in 20ft", "Hardware", 890],
  ["Plywood 4x8 1/2in", "Hardware", 5_750],
  ["Nails 2in 1lb", "Hardware", 320],
  ["Electrical Wire 100m", "Hardware", 14_500],
  ["Rice 45kg", "Grocery", 9_800],
  ["Cooking Oil 20L", "Grocery", 11_400],
  ["Flour 45kg", "Grocery", 8_600],
  ["Cornmeal 25kg", "Grocery", 5_200],
  ["Sugar 50kg", "Grocery", 12_300],
  ["Tin Mackerel case 48", "Grocery", 13_900],
  ["Condensed Milk case 24", "Grocery", 9_950],
  ["Saltfish 20kg", "Grocery", 38_500],
  ["Bottled Water case 24", "Beverage", 1_350],
  ["Rum 1L case 12", "Beverage", 31_000],
  ["Ginger Beer case 24", "Beverage", 3_150],
  ["Coffee 1lb", "Beverage", 3_900],
  ["Detergent 10kg", "Cleaning", 4_300],
  ["Bleach 1gal case 4", "Cleaning", 2_950],
  ["Toilet Tissue bale 48", "Cleaning", 4_100],
  ["Hand Soap 5L", "Cleaning", 2_600],
  ["Layer Feed 25kg", "Farm", 3_700],
  ["Fertilizer 50kg", "Farm", 9_200],
  ["Water Tank 400gal", "Farm", 58_000],
  ["Garden Hose 100ft", "Farm", 6_400],
  ["Engine Oil 1gal", "Auto", 5_900],
  ["Car Battery 75Ah", "Auto", 24_500],
  ["Tyre 185/65R15", "Auto", 15_800],
  ["Kerosene Stove", "Discontinued", 7_700],
];

/** The price list; the last item is no longer sold. */
export const ITEMS: readonly Item[] = LIST.map(([name, category, dollars], i) => ({
  id: String(i + 1),
  name,
  category,
  sku: `BMT-${String(i + 101)}`,
  cents: dollars * 100,
  active: category !== "Discontinued",
}));
