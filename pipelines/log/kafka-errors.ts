import { logLevel } from "kafkajs";
import type { LogEntry, logCreator } from "kafkajs";
import { C360Error } from "#core";
import type { Logger } from "#core";

/** Error names of the client that mean "nobody answers", as against "the request was refused". */
const UNREACHABLE =
  /^KafkaJS(Connection\w*|NumberOfRetriesExceeded|BrokerNotFound|RequestTimeoutError|ClosedConnection\w*|NoBrokerAvailableError|GroupCoordinatorNotFound)$/;

/** A broker that does not answer becomes KAFKA_UNREACHABLE; anything else stays what it was. */
export function kafkaError(thrown: unknown, brokers: readonly string[]): unknown {
  if (thrown instanceof C360Error || !(thrown instanceof Error)) return thrown;
  const deepest = rootCause(thrown);
  const retriable = (deepest as { retriable?: unknown }).retriable === true;
  if (!UNREACHABLE.test(thrown.name) && !UNREACHABLE.test(deepest.name) && !retriable) return thrown;
  return new C360Error(
    "KAFKA_UNREACHABLE",
    { brokers: brokers.join(", "), reason: deepest.message },
    { cause: thrown },
  );
}

/** True for a refusal of the broker that passes by itself; never for an error of the work on a batch. */
export function isBrokersOwn(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !thrown.name.startsWith("KafkaJS")) return false;
  return (rootCause(thrown) as { retriable?: unknown }).retriable === true;
}

function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}

/**
 * Sends the client's own log lines to ours. Its errors are mostly first tries of something that it then does again (a
 * coordinator that is still loading), and what fails for good is thrown; so they are warnings here.
 */
export function kafkaLogCreator(log: Logger): logCreator {
  return () =>
    ({ level, namespace, log: entry }: LogEntry) => {
      const fields = {
        part: `kafka.${namespace}`,
        groupId: plain(entry["groupId"]),
        broker: plain(entry["broker"]),
        error: plain(entry["error"]),
      };
      if (level === logLevel.ERROR || level === logLevel.WARN) log.warn(fields, entry.message);
      else log.debug(fields, entry.message);
    };
}

function plain(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
