/**
 * The cookies of an identity: the pairs of a request, and their change by a response.
 *
 * @module
 */

/** A cookie of a request. */
export interface CookiePair {
  readonly name: string;
  /** `name=value`, as it was sent. */
  readonly pair: string;
}

/** A cookie that a response sets. */
export interface SetCookie extends CookiePair {
  /** `true` if scripts cannot read it. */
  readonly isHttpOnly: boolean;
  /** `true` if setting it removes it. */
  readonly isRemoved: boolean;
  /** `true` if it is sent with every request for its host. */
  readonly isForAllPaths: boolean;
}

/** Returns the cookies of a request (RFC 6265bis, 5.8.3), in their order. */
export function pairsOf({ headers }: Pick<Request, "headers">): readonly CookiePair[] {
  const header = headers.get("cookie");
  if (header === null) return [];
  return header.split(";").map((pair) => pair.trim()).filter((pair) => pair !== "").map((pair) => ({
    name: cookieName(pair),
    pair,
  }));
}

/** Reads the value of a `Set-Cookie` header (RFC 6265bis, 5.6). */
export function readSetCookie(value: string): SetCookie {
  const [first = "", ...rest] = value.split(";");
  const pair = first.trim();
  const attributes = new Map(rest.map((text): [string, string] => {
    const [name = "", value = ""] = text.split("=", 2);
    return [name.trim().toLowerCase(), value.trim()];
  }));
  return {
    name: cookieName(pair),
    pair,
    isHttpOnly: attributes.has("httponly"),
    isRemoved: isRemoved(attributes),
    isForAllPaths: attributes.get("path") === "/",
  };
}

/** Returns the names of the cookies that a response sets. */
export function cookieNames(values: readonly string[]): readonly string[] {
  return values.map((value) => readSetCookie(value).name);
}

/** Returns the `Cookie` header of a client that keeps the cookies of a response. */
export function mergeCookies(request: Pick<Request, "headers">, values: readonly string[]): string {
  const pairs = new Map(pairsOf(request).map(({ name, pair }) => [name, pair]));
  for (const { name, pair, isRemoved } of values.map(readSetCookie)) {
    if (isRemoved) pairs.delete(name);
    else pairs.set(name, pair);
  }
  return [...pairs.values()].join("; ");
}

function cookieName(pair: string): string {
  const [name = ""] = pair.split("=", 1);
  return name.trim();
}

/** `Max-Age` has precedence over `Expires` (RFC 6265bis, 5.7). */
function isRemoved(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = attributes.get("expires");
  return expires !== undefined && Date.parse(expires) <= Date.now();
}
