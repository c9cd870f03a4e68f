// The principal or address that a request is counted for.
import type { CrossOrigin } from "./cross_origin.ts";

/** The principal or address that resources are counted for. */
export type Holder =
  /** A user, as `createHandler({ principal })` identifies them. */
  | { readonly kind: "principal"; readonly name: string }
  /**
   * An address: one client, or a whole company behind one NAT. An IPv6 address has a site, its first 48 bits: all 65,536 networks of a
   * site may belong to one organization or tunnel, or to many households.
   */
  | { readonly kind: "address"; readonly name: string; readonly site?: string }
  /**
   * No usable address: none, or a loopback or private one that no trusted proxy has forwarded. Behind a proxy that the handler does not
   * trust, all users share it.
   */
  | { readonly kind: "unknown" };

/** The holder of requests without a usable address. */
export const UNKNOWN_HOLDER: Holder = Object.freeze({ kind: "unknown" });

/**
 * Returns the address that a client is counted by: that of the connection or, behind a trusted proxy, the one that the proxy saw.
 *
 * For IPv6, it is the first 64 bits: one household or one rented server has all addresses below them.
 *
 * @param request The request. `X-Forwarded-For` is read if `trustProxy` is `true`.
 * @param connection The address of the connection; empty if there is none.
 * @param options Whether forwarded headers are trusted.
 * @returns The address, or its /64 network.
 */
export function callerAddress(
  request: Pick<Request, "headers">,
  connection: string,
  options: Pick<CrossOrigin, "trustProxy">,
): string {
  return network(forwardedAddress(request, options) ?? connection);
}

/**
 * Returns the holder for the address of a request.
 *
 * @param request The request. `X-Forwarded-For` is read if `trustProxy` is `true`.
 * @param connection The address of the connection; empty if it is not known.
 * @param options Whether forwarded headers are trusted.
 * @returns The holder: the address as {@linkcode callerAddress} returns it, for IPv6 with its /48 site.
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

/** Returns the last address of a trusted `X-Forwarded-For`: each proxy appends the address it saw, and the client can write the rest. */
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
  // The URL parser has one spelling for each address: lower case, one "::", no dots.
  const host = URL.parse(`http://[${address.split("%", 1)[0]}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return address;
  const [before = "", after] = host.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  // ::ffff:0:0/96 are IPv4 addresses (RFC 4291, 2.5.5.2).
  const isMapped = groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff";
  return isMapped ? groups.slice(5).join(":") : `${groups.slice(0, 4).join(":")}::/64`;
}
