/** Watches this process's memory from now on; the answer gives the largest, megabytes, and ends the watch. */
export function watchMemory(): () => number {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 200);
  return () => {
    clearInterval(timer);
    return Math.max(peak, process.memoryUsage.rss()) / 1_048_576;
  };
}
