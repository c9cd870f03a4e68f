// The hosts that a handler answers for.
//
// If another site makes its name point to this server (DNS rebinding), its page is a page of this server for the browser: `Origin` and
// `Host` match, and it can read responses. Only the name in the request reveals it.

/** The allowed hosts, validated. */
export interface AllowedHosts {
  /** Returns whether the host of a URL is allowed. */
  readonly allows: (url: URL) => boolean;
  /**
   * If `true`, a refusal names the host and the option, and the `Host` header is checked even if a proxy names another host: in
   * development a server that trusts a proxy runs without one, and a script can send `X-Forwarded-Host`.
   */
  readonly dev: boolean;
}

// RFC 3986, 3.2.2, without percent-encodings and sub-delimiters, which are not part of host names. The URL parser encodes letters of
// other scripts as Punycode.
const ENTRY = /^(\*\.)?([^\s/?#@\\:*%[\],]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?$/;

/** Host names of this machine (RFC 6761, 6.3). The URL parser has one spelling for each address. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Unspecified addresses: `Deno.serve` prints one as its own, and they are not names that another site could register. */
const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "[::]"]);

/**
 * Validates the option.
 *
 * @param hosts The hosts. Default: those of this machine in development, any in production.
 * @param dev `true` in development.
 * @returns The hosts, or `null` for any.
 * @throws {TypeError} When an entry is not a host, or the list is empty.
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

/** Parses an entry to `host`, to `host:port` if it has a port, or to the suffix of `*.host`. */
function parseEntry(entry: string): { readonly isSuffix: boolean; readonly name: string } {
  const [, wildcard, host = "", port] = ENTRY.exec(typeof entry === "string" ? entry : "") ?? [];
  const hostname = withoutDot(URL.parse(`http://${host}${port === undefined ? "" : `:${port}`}/`)?.hostname ?? "");
  // The URL parser accepts empty labels, and an address has no subdomains.
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

/** Removes a dot at the end, which does not change a name (RFC 1034, 3.1). */
function withoutDot(hostname: string): string {
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}
