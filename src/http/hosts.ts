/**
 * The hosts a handler answers for.
 *
 * A page of another site whose name was made to point to this server (DNS rebinding) is, for the browser, a page of this
 * server: `Origin` and `Host` match, and it may read what it gets. The name it asks for is the one thing that tells.
 *
 * @module
 */

/** The hosts that were allowed, checked once at creation. */
export interface AllowedHosts {
  /** Returns whether the host of a URL is one of them. */
  readonly allows: (url: URL) => boolean;
  /**
   * `true` if a refusal names the host and the option, and the `Host` header is checked even where a proxy names another
   * host: in development a server that trusts a proxy stands without one, and a script may send `X-Forwarded-Host`.
   */
  readonly dev: boolean;
}

// RFC 3986, 3.2.2, without percent-encodings and sub-delimiters, which are in no host name; letters of other scripts are
// written as Punycode by the parser of URLs.
const ENTRY = /^(\*\.)?([^\s/?#@\\:*%[\],]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?$/;

/** Host names of this machine (RFC 6761, 6.3). An address is written in one way only by the parser of URLs. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Unspecified addresses: `Deno.serve` prints one as its own, and no name can be made to be an address. */
const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "[::]"]);

/**
 * Checks the option once.
 *
 * @param hosts The hosts; `undefined` for those of this machine in development, for any in production.
 * @param dev Whether this is development.
 * @returns The hosts, or `null` for any.
 * @throws {TypeError} When an entry is not a host, or there is none.
 */
export function resolveAllowedHosts(hosts: readonly string[] | undefined, dev: boolean): AllowedHosts | null {
  if (hosts === undefined) {
    return dev ? { allows: (url) => isLoopback(url) || UNSPECIFIED.has(url.hostname), dev } : null;
  }
  if (!Array.isArray(hosts)) {
    throw new TypeError(`Cannot allow hosts "${hosts}": they are a list, as in ["example.com"]`);
  }
  if (hosts.length === 0) {
    throw new TypeError(
      "Cannot allow hosts: the list is empty; name one at least, or leave the option out to allow any",
    );
  }
  const names = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of hosts) {
    const { isSuffix, name } = parseEntry(entry);
    if (isSuffix) suffixes.push(name);
    else names.add(name);
  }
  return { allows: (url) => isNamed(url, names, suffixes), dev };
}

/** Returns whether a URL names this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(withoutDot(hostname));
}

/** Returns an entry as `host`, or as `host:port` where it says a port; of `*.host` the suffix. */
function parseEntry(entry: string): { readonly isSuffix: boolean; readonly name: string } {
  const [, wildcard, host = "", port] = ENTRY.exec(typeof entry === "string" ? entry : "") ?? [];
  const hostname = withoutDot(URL.parse(`http://${host}${port === undefined ? "" : `:${port}`}/`)?.hostname ?? "");
  // The parser takes empty labels, and an address has no subdomains.
  const isBad = hostname.split(".").includes("") || wildcard !== undefined && /^\[|\.\d+$/.test(hostname);
  if (isBad) {
    throw new TypeError(
      `Cannot allow host "${entry}": it is not a host; name one without scheme and path, as in "example.com", ` +
        `"*.example.com" or "localhost:8000"`,
    );
  }
  const name = port === undefined ? hostname : `${hostname}:${Number(port)}`;
  return wildcard === undefined ? { isSuffix: false, name } : { isSuffix: true, name: `.${name}` };
}

function isNamed(url: URL, names: ReadonlySet<string>, suffixes: readonly string[]): boolean {
  const hostname = withoutDot(url.hostname);
  if (names.has(hostname)) return true;
  const host = `${hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
  return names.has(host) || suffixes.some((suffix) => hostname.endsWith(suffix) || host.endsWith(suffix));
}

/** A name with a dot at its end is the same name (RFC 1034, 3.1). */
function withoutDot(hostname: string): string {
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}
