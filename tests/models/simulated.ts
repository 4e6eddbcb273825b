import { seededRandom } from "#core";
import type { Random } from "#core";

/** One simulated customer with the cause that rules its buying. */
export interface SimulatedCustomer {
  readonly id: string;
  readonly firm: boolean;
  readonly parish: string;
  readonly gap: number;
  readonly amount: number;
  /** Day of the complaint after which buying stops soon, or null. */
  readonly complaint: number | null;
  readonly clicks: readonly number[];
  readonly visits: readonly number[];
  readonly days: readonly number[];
}

/** Days are counted from 1970-01-01; the last one is 2025-06-30. */
export const LAST_DAY = Date.parse("2025-06-30T00:00:00Z") / 86_400_000;
const PARISHES = ["Kingston", "Saint Andrew", "Saint James", "Manchester", "Clarendon"];

/** Customers with regular rhythms over three years; a third complain once and then leave; some are clicked awake. */
export function simulateCustomers(count: number, seed: number): SimulatedCustomer[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_unused, i) => simulateOne(random, `C${String(i).padStart(6, "0")}`));
}

function simulateOne(random: Random, id: string): SimulatedCustomer {
  const start = LAST_DAY - 1000 + Math.floor(random() * 800);
  const gap = 20 + random() * 120;
  const complaint = random() < 0.35 ? start + 100 + Math.floor(random() * 900) : null;
  const stop = complaint === null ? LAST_DAY : complaint + 20;
  const prospect = random() < 0.3;
  const clicks: number[] = [];
  const days: number[] = [];
  if (!prospect) {
    for (let day = start; day <= Math.min(stop, LAST_DAY); day += Math.max(1, Math.round(gap * (0.5 + random()))))
      days.push(day);
  }
  for (let day = start; day <= LAST_DAY; day += 45) {
    if (random() < 0.08) {
      clicks.push(day);
      if (prospect && random() < 0.7) days.push(Math.min(LAST_DAY, day + 5 + Math.floor(random() * 20)));
    }
  }
  const visits = Array.from(
    { length: Math.floor(random() * 8) },
    () => start + Math.floor(random() * (LAST_DAY - start)),
  );
  const amount = Math.round(Math.exp(8 + 1.2 * (random() + random() - 1)));
  const parish = PARISHES[Math.floor(random() * PARISHES.length)] ?? "Kingston";
  return { id, firm: random() < 0.4, parish, gap, amount, complaint, clicks, visits, days: days.sort((a, b) => a - b) };
}

/** ISO date of a day number. */
export function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
