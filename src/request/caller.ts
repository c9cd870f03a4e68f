/**
 * Whom a request is counted for, where the application does not say who asks.
 *
 * @module
 */
import type { CrossOrigin } from "./cross_origin.ts";

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
  if (!options.trustProxy) return network(connection);
  // The last one: each proxy adds the address it saw, and what stands before it was written by whoever sent the request.
  const forwarded = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return network(/^[0-9A-Fa-f:.]{2,45}$/.test(forwarded) ? forwarded : connection);
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
