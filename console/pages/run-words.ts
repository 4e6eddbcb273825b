import type { Run } from "../queries/runs.ts";
import type { Html } from "./layout.ts";
import { badge } from "./parts.ts";

/** A run's state with a sign and words. */
export function runBadge(status: Run["status"]): Html {
  switch (status) {
    case "published":
      return badge("good", "✓", "Published");
    case "published_partial":
      return badge("warn", "!", "Published, not from every source");
    case "failed":
      return badge("bad", "✕", "Failed; yesterday's data stay up");
    case "running":
    default:
      return badge("plain", "…", "At work");
  }
}

/** "3 min 20 s", "0.4 s"; empty while it is not over. */
export function duration(from: string, to: string | null): string {
  if (to === null) return "";
  const seconds = (new Date(to).getTime() - new Date(from).getTime()) / 1000;
  if (!(seconds >= 0)) return "";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
