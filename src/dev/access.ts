// Decides which browsers see development mode: those that have opened the link with the token from the log.
//
// The connection does not matter. With a proxy on this machine, users from everywhere have the loopback address of its
// developer, and `Host` may be local too. With a container or a tunnel, the developer has a foreign address.
import { DEV_PATH } from "../protocol/dev.ts";
import { formatSetCookie, parseCookies } from "../http/cookie.ts";
import { redirectTarget } from "../http/sink.ts";
import { isSameSecret, sha256 } from "../platform/hash.ts";

/** Storage that survives a restart: Deno's local storage, which needs no permission and is outside of every project. */
export type TokenStorage = Pick<Storage, "getItem" | "setItem">;

/** Options for {@linkcode createAccess}. */
export interface AccessOptions {
  /** Identifies the project: its root folder or its main module. */
  readonly project: string;
  /** Stores the token; `null` for none. */
  readonly storage: TokenStorage | null;
  /** Logs a line. */
  readonly log: (line: string) => void;
}

/** Access to development mode of one project. */
export interface Access {
  /** Path and query of the link. */
  readonly link: string;
  /** `true` if the link is the same after a restart. */
  readonly isKept: boolean;
  /** Returns `true` if a request has the cookie that the link sets. */
  isOpenTo(request: Pick<Request, "headers">): boolean;
  /** Responds to the link; `null` if the token is wrong, or after too many wrong tokens in a minute. */
  open(url: URL): Response | null;
}

/** Maximum number of wrong tokens in a minute, of all clients together. */
const MAX_WRONG = 20;
const MINUTE = 60_000;

/** Size of a token, in bytes. */
const TOKEN_BYTES = 24;
const TOKEN_PATTERN = /^[\w-]{32}$/;

/** Lifetime of the cookie, in seconds: 400 days, the maximum (RFC 6265bis, 5.5). */
const COOKIE_SECONDS = 34_560_000;

/** Creates the access of a project. */
export function createAccess({ project, storage, log }: AccessOptions): Access {
  // Contains the project, because all ports of `localhost` share their cookies.
  const name = `hyper_dev_${sha256(project).slice(0, 8)}`;
  const { token, isKept } = keptToken(storage, name);
  const isToken = (text: string): boolean => isSameSecret(text, token);
  // Start of the current minute, which begins with the first attempt after the last one.
  let since = 0;
  let wrong = 0;

  return {
    link: `${DEV_PATH}?token=${token}`,
    isKept,
    // A browser sends several cookies of one name that were set for several paths or domains.
    isOpenTo: ({ headers }) => parseCookies(headers).some((cookie) => cookie.name === name && isToken(cookie.value)),
    open(url) {
      const now = Date.now();
      if (now - since >= MINUTE) [since, wrong] = [now, 0];
      // Before the comparison: otherwise an attacker could go on guessing.
      if (wrong >= MAX_WRONG) return null;
      if (!isToken(url.searchParams.get("token") ?? "")) {
        wrong++;
        if (wrong === MAX_WRONG) {
          log(`Development: ${MAX_WRONG} wrong tokens in a minute; the link works again after it`);
        }
        return null;
      }
      return new Response(null, {
        status: 303,
        headers: {
          location: samePathOf(url.searchParams.get("to") ?? "/", url),
          "set-cookie": formatSetCookie({
            name,
            value: token,
            maxAge: COOKIE_SECONDS,
            secure: url.protocol === "https:",
            sameSite: "Strict",
          }),
          "cache-control": "no-store",
          // The URL contains the token.
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
        },
      });
    },
  };
}

/** Returns Deno's local storage; `null` if there is none, as in a read-only container. */
export function findStorage(): TokenStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // The getter opens a file, which fails for several reasons. The log warns that the link will change.
  }
}

/** Returns `true` if a request comes from a page of this server, or from a user who typed its URL. */
export function isFromHere({ headers }: Pick<Request, "headers">, { origin }: URL): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  // A client without `Sec-Fetch-Site`. Requests from other sites have `Origin`, unless those sites cannot read the
  // response.
  const sent = headers.get("origin");
  return sent === null || sent === origin;
}

function keptToken(storage: TokenStorage | null, name: string): { readonly token: string; readonly isKept: boolean } {
  const made = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toBase64({ alphabet: "base64url" });
  try {
    const kept = storage?.getItem(name) ?? "";
    if (TOKEN_PATTERN.test(kept)) return { token: kept, isKept: true };
    storage?.setItem(name, made);
    return { token: made, isKept: storage !== null };
  } catch {
    return { token: made, isKept: false }; // A full disk or a locked file. The log warns that the link will change.
  }
}

/** Returns the path to redirect to: one of this origin, or `/`. */
function samePathOf(to: string, url: URL): string {
  try {
    return redirectTarget(to, url);
  } catch {
    return "/"; // Another site or an invalid URL.
  }
}
