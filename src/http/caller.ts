/**
 * The holder that a request is counted for: its principal, else its address.
 *
 * @module
 */
import type { CrossOrigin } from "./cross_origin.ts";

/** Who makes the server hold something. */
export type Holder =
  /** A user, as `createHandler({ principal })` identifies them. */
  | { readonly kind: "principal"; readonly name: string }
  /**
   * An address: one client, or a whole company behind one NAT. With IPv6 it has a site, the first 48 bits: an organization or a
   * tunnel has all of the 65,536 networks in it, and another site may be many households.
   */
  | { readonly kind: "address"; readonly name: string; readonly site?: string }
  /**
   * An address that says nothing: none at all, or a loopback or private one that no trusted proxy has forwarded. Behind a
   * proxy that the handler was not told about, every user of the application has it.
   */
  | { readonly kind: "unknown" };

/** The holder without an address. */
export const UNKNOWN_HOLDER: Holder = Object.freeze({ kind: "unknown" });

/**
 * The address that stands for a caller: that of the connection or, behind a trusted proxy, the one the proxy saw.
 *
 * Of an IPv6 address the first 64 bits: one household, or one rented server, has all the addresses below them, and would be
 * as many callers as it likes.
 *
 * @param request The request, of which `X-Forwarded-For` is read where `trustProxy` allows it.
 * @param connection The address the connection came from; empty where there is none.
 * @param options Whether forwarded headers are trusted.
 * @returns A text to count by.
 */
export function callerAddress(
  request: Pick<Request, "headers">,
  connection: string,
  options: Pick<CrossOrigin, "trustProxy">,
): string {
  return network(forwardedAddress(request, options) ?? connection);
}

/**
 * Returns the holder that the address of a request stands for.
 *
 * @param request The request, of which `X-Forwarded-For` is read where `trustProxy` allows it.
 * @param connection The address of the connection; empty where it is not known.
 * @param options Tells whether forwarded headers are trusted.
 * @returns The holder. An address below a /64 network is that network, as in {@linkcode callerAddress}, with its /48 site.
 */
export function addressHolder(
  request: Pick<Request, "headers">,
  connection: string,
  options: Pick<CrossOrigin, "trustProxy">,
): Holder {
  const forwarded = forwardedAddress(request, options);
  if (forwarded === null && (connection === "" || isPrivate(connection))) return UNKNOWN_HOLDER;
  const name = network(forwarded ?? connection);
  if (!name.endsWith("::/64")) return { kind: "address", name };
  return { kind: "address", name, site: `${name.split(":", 3).join(":")}::/48` };
}

/** The last address of `X-Forwarded-For`, where it is trusted: each proxy adds the one it saw, and the sender writes the rest. */
function forwardedAddress(
  request: Pick<Request, "headers">,
  options: Pick<CrossOrigin, "trustProxy">,
): string | null {
  if (!options.trustProxy) return null;
  const last = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return /^[0-9A-Fa-f:.]{2,45}$/.test(last) ? last : null;
}

// Loopback, private, link-local and shared addresses (RFC 1918, 3; RFC 3927; RFC 6598, 7; RFC 4193, 3.1; RFC 4291, 2.4).
const PRIVATE_IPV4 =
  /^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const PRIVATE_IPV6 = /^(?:::1$|f[cd]|fe[89ab])/i;

function isPrivate(address: string): boolean {
  if (!address.includes(":")) return PRIVATE_IPV4.test(address);
  const mapped = /^(?:0*:)*:?(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped === undefined ? PRIVATE_IPV6.test(address) : PRIVATE_IPV4.test(mapped);
}

function network(address: string): string {
  if (!address.includes(":")) return address;
  // The parser of URLs writes an address in one way only: lower case, one "::", no dots.
  const host = URL.parse(`http://[${address.split("%", 1)[0]}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return address;
  const [before = "", after] = host.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  // ::ffff:0:0/96 are addresses of IPv4 (RFC 4291, 2.5.5.2).
  const isMapped = groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff";
  return isMapped ? groups.slice(5).join(":") : `${groups.slice(0, 4).join(":")}::/64`;
}
