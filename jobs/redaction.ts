import { createRedactor } from "#core";

/** Knows the secrets that this process holds; everything that leaves the process as text passes it. */
export const liveRedactor = createRedactor();
