import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { C360Error } from "#core";

/** Addresses that are never a vendor on the internet: private, loopback, link-local, shared, reserved, multicast. */
const closed = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  closed.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const) {
  closed.addSubnet(net, bits, "ipv6");
}

/** True for an address that may only be asked when `allow_private_hosts` names it. Takes IPv4 and IPv6 text. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const kind = isIP(plain);
  if (kind === 0) return true;
  if (kind === 4) return closed.check(plain, "ipv4");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain);
  if (mapped?.[1] !== undefined) return closed.check(mapped[1], "ipv4");
  if (/^::ffff:/i.test(plain)) return true;
  return closed.check(plain, "ipv6");
}

/** `host:port` of a URL, the port always written. */
export function hostAndPort(url: URL): string {
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return `${url.hostname.toLowerCase()}:${port}`;
}

/** True when the URL's host is in the list; an entry without a port means the usual ports 80 and 443. */
export function hostAllowed(url: URL, allowed: readonly string[]): boolean {
  if (url.protocol !== "https:" && url.protocol !== "http:") return false;
  const asked = hostAndPort(url);
  return allowed.some((entry) => {
    const wanted = entry.toLowerCase();
    return asked === wanted || (url.port === "" && url.hostname.toLowerCase() === wanted);
  });
}

/** An address to connect to, as `node:net` wants it. */
export interface Pinned {
  readonly address: string;
  readonly family: number;
}

/** Resolves a host name; injected so that rebinding can be tested. */
export type Resolve = (hostname: string) => Promise<readonly Pinned[]>;

/** The system's resolver. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * Addresses that may be connected to for `host:port`. The connection is made to one of these and to nothing else, so
 * that a name cannot resolve to another address between check and use. Throws HOST_REFUSED when any of them is
 * private and the entry is not allowed.
 */
export async function pinHost(
  hostname: string,
  port: string,
  options: { readonly allowPrivateHosts: readonly string[]; readonly resolve: Resolve },
): Promise<readonly Pinned[]> {
  const bare = hostname.replace(/^\[|\]$/g, "");
  const literal = isIP(bare);
  const addresses = literal === 0 ? await options.resolve(bare) : [{ address: bare, family: literal }];
  const wanted = `${hostname.toLowerCase()}:${port}`;
  const excused = options.allowPrivateHosts.some((entry) => entry.toLowerCase() === wanted);
  if (!excused && (addresses.length === 0 || addresses.some((found) => isPrivateAddress(found.address)))) {
    throw new C360Error("HOST_REFUSED", { host: wanted });
  }
  return addresses;
}
