import { FIRST_DAY, isoOf, SAMPLE_DAY } from "./calendar.ts";

/** JMD for one US dollar on a day: near 155 in 2023, near 160 in 2026. */
export function usdRate(day: number): number {
  const t = day - FIRST_DAY;
  return Math.round((154.6 + 0.0047 * t + 0.9 * Math.sin(t / 41)) * 10_000) / 10_000;
}

/** Weekly rates as a CSV file `date,currency,rate`. Canadian dollars are left out on purpose. */
export function ratesCsv(): string {
  const lines = ["date,currency,rate"];
  for (let day = FIRST_DAY - 7; day <= SAMPLE_DAY + 120; day += 7)
    lines.push(`${isoOf(day)},USD,${usdRate(day).toFixed(4)}`);
  return `${lines.join("\n")}\n`;
}
