/**
 * Decides which browser sees what development adds: one that has shown the token of the console.
 *
 * Nothing about a connection grants anything. A proxy on this machine makes users from everywhere look like its developer:
 * the peer is loopback, `Host` may be, and no header says otherwise. A container or a tunnel makes the developer look like
 * a stranger.
 *
 * @module
 */
import { DEV_PATH } from "../protocol/dev.ts";
import { cookie, redirectTarget } from "../http/sink.ts";
import { isSameSecret, sha256 } from "../platform/hash.ts";

/** The storage that outlives a restart: Deno's local storage needs no permission, and lies outside of every project. */
export type TokenStorage = Pick<Storage, "getItem" | "setItem">;

/** Options for {@linkcode createAccess}. */
export interface AccessOptions {
  /** Identifies the project: its root, or its main module. */
  readonly project: string;
  /** Keeps the token; `null` if there is none. */
  readonly storage: TokenStorage | null;
  /** Writes a line on the console. */
  readonly log: (line: string) => void;
}

/** Access to development: for one project, over its restarts. */
export interface Access {
  /** Path and query of the link that opens it. */
  readonly link: string;
  /** `true` if the link is the same after a restart. */
  readonly isKept: boolean;
  /** Returns whether a request carries the cookie that the link sets. */
  isOpenTo(request: Pick<Request, "headers">): boolean;
  /** Answers the link, at the URL that was asked for; `null` if the token is wrong, or too many were. */
  open(url: URL): Response | null;
}

/** Wrong tokens that are compared in a minute, of all clients together. */
const MAX_WRONG = 20;
const MINUTE = 60_000;

/** Bytes of a token: 192 bits. */
const TOKEN_BYTES = 24;
const TOKEN_PATTERN = /^[\w-]{32}$/;

/** Seconds a browser keeps the cookie: 400 days, the most that one keeps (RFC 6265bis, 5.5). */
const COOKIE_SECONDS = 34_560_000;

/**
 * Creates the access of a project.
 *
 * @param options The project, and where its token is kept.
 */
export function createAccess({ project, storage, log }: AccessOptions): Access {
  // With the project in it: `localhost` has one set of cookies for all its ports.
  const name = `hyper_dev_${sha256(project).slice(0, 8)}`;
  const { token, isKept } = keptToken(storage, name);
  const isToken = (text: string): boolean => isSameSecret(text, token);
  // When the minute began in which wrong tokens are counted; a new one begins with the first attempt after it.
  let since = 0;
  let wrong = 0;

  return {
    link: `${DEV_PATH}?token=${token}`,
    isKept,
    isOpenTo: ({ headers }) => cookieValues(headers.get("cookie") ?? "", name).some(isToken),
    open(url) {
      const now = Date.now();
      if (now - since >= MINUTE) [since, wrong] = [now, 0];
      // Before the comparison: one that still told a right token from a wrong one would bound nothing.
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
          "set-cookie": cookie({
            name,
            value: token,
            maxAge: COOKIE_SECONDS,
            secure: url.protocol === "https:",
            sameSite: "Strict",
          }),
          "cache-control": "no-store",
          // The URL of the link holds the token.
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
        },
      });
    },
  };
}

/** Finds Deno's local storage; `null` where there is none, as in a read-only container. */
export function findStorage(): TokenStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // The getter opens its file, and there are several reasons why it cannot. The console says what follows.
  }
}

/** Returns whether a request was made by a page of this server, or by a person who typed its URL. */
export function isFromHere({ headers }: Pick<Request, "headers">, { origin }: URL): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  // An old browser, or none: requests of other sites carry `Origin`, except those whose answer they cannot read.
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
    return { token: made, isKept: false }; // A full disk, a locked file: the console says that the link will change.
  }
}

/** The path where the link leads on to: one of this origin, or its root. */
function samePathOf(to: string, url: URL): string {
  try {
    return redirectTarget(to, url);
  } catch {
    return "/"; // Another site, or none: the person who followed the link is at home there.
  }
}

/** Every value under a name: a browser sends several where a cookie was set for several paths or domains. */
function cookieValues(header: string, name: string): readonly string[] {
  return header.split(";").map((pair) => pair.trim()).filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
