/**
 * Injection point for crash tests: the process ends at once with SIGKILL, as a power cut would end it, when the
 * environment variable C360_FAULT names this point. `C360_FAULT=publish.inside:3` dies at the third passage.
 */
export function faultPoint(name: string): void {
  const wanted = process.env["C360_FAULT"];
  if (wanted === undefined || wanted === "") return;
  const [point, nth] = wanted.split(":");
  if (point !== name) return;
  passages += 1;
  if (passages >= Number(nth ?? 1)) process.kill(process.pid, "SIGKILL");
}

let passages = 0;
