// The client that sent a request, and the warning about a proxy that the handler does not trust.
import { abortSafely, warn } from "../callback.ts";
import type { ClientInfo, EndsWithClient } from "../dispatch/arrival.ts";
import { addressHolder, callerAddress, type Holder } from "../http/caller.ts";
import type { CrossOrigin } from "../http/cross_origin.ts";
import type { ConnectionInfo } from "./options.ts";

/** Options for {@linkcode Sender}. */
export interface SenderOptions {
  readonly crossOrigin: CrossOrigin;
  /** Called with a request whose client cannot be identified by its address. */
  readonly noticeProxy: (request: Request, connection: string) => void;
  /** Called with the error of a listener for the end of a connection. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** Reads the connection that a server passes with a request; `undefined` if it passes something else. */
export function readConnection(given: unknown): ConnectionInfo | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { remoteAddr, completed }: { remoteAddr?: unknown; completed?: unknown } = given;
  const hostname = typeof remoteAddr === "object" && remoteAddr !== null && "hostname" in remoteAddr
    ? remoteAddr.hostname
    : undefined;
  return {
    ...(typeof hostname === "string" ? { remoteAddr: { hostname } } : {}),
    ...(completed instanceof Promise ? { completed } : {}),
  };
}

/** The client that sent a request. */
export class Sender implements ClientInfo {
  readonly #connection: string;
  readonly #request: Request;
  readonly #options: SenderOptions;
  readonly #completed: Promise<void> | undefined;
  #gone: AbortSignal | null = null;
  #isWatched = false;
  #isGone = false;
  #work: readonly EndsWithClient[] = NOTHING;

  constructor(request: Request, info: ConnectionInfo | undefined, options: SenderOptions) {
    this.#connection = info?.remoteAddr?.hostname ?? "";
    this.#request = request;
    this.#options = options;
    this.#completed = info?.completed;
  }

  // On demand: only a rate needs it, and an IPv6 address has to be parsed.
  get address(): string {
    return callerAddress(this.#request, this.#connection, this.#options.crossOrigin);
  }

  get holder(): Holder {
    const holder = addressHolder(this.#request, this.#connection, this.#options.crossOrigin);
    if (holder.kind === "unknown") this.#options.noticeProxy(this.#request, this.#connection);
    return holder;
  }

  // Made on demand: most mutations continue without their client.
  get gone(): AbortSignal {
    return this.#gone ??= this.#makeSignal();
  }

  get isGone(): boolean {
    this.#watch();
    return this.#isGone;
  }

  whenGone(work: EndsWithClient): void {
    this.#watch();
    // A spread array has room for more, and most clients have one.
    this.#work = this.#work.length === 0 ? [work] : [...this.#work, work];
  }

  forget(work: EndsWithClient): void {
    this.#work = this.#work.filter((each) => each !== work);
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const onGone = (): void => this.#go();
    if (this.#completed !== undefined) return void this.#completed.catch(onGone);
    // With Deno.serve, `request.signal` aborts after a complete response too, and reading it logs a warning.
    const { signal } = this.#request;
    if (signal.aborted) this.#isGone = true;
    else signal.addEventListener("abort", onGone, { once: true });
  }

  #go(): void {
    this.#isGone = true;
    const work = this.#work;
    this.#work = NOTHING;
    for (const each of work) each.leave();
  }

  #makeSignal(): AbortSignal {
    const controller = new AbortController();
    const leave = (): void =>
      abortSafely(
        controller,
        new DOMException("The client has gone", "AbortError"),
        (error) => this.#options.report(error, this.#request, null),
      );
    if (this.isGone) leave();
    else this.whenGone({ leave });
    return controller.signal;
  }
}

const NOTHING: readonly EndsWithClient[] = [];

/** The warning for an application that does not set `crossOrigin.trustProxy`. */
export const NO_TRUST_PROXY: string =
  `"crossOrigin.trustProxy" is not set: behind a proxy all users have the address of the proxy, so that they share one rate ` +
  `limit, and no address has its own share of streams and bodies; set it to true behind a proxy that sets X-Forwarded-For, ` +
  `X-Forwarded-Proto and X-Forwarded-Host itself, and to false if users connect directly`;

/** Returns a function that warns once, about the first request that came through a proxy. */
export function createProxyNotice(): SenderOptions["noticeProxy"] {
  let hasWarned = false;
  return ({ headers }, connection) => {
    if (hasWarned || !headers.has("x-forwarded-for") && !headers.has("forwarded")) return;
    hasWarned = true;
    warn(
      `A request from ${
        connection || "an unknown address"
      } names the client that it was forwarded for. ${NO_TRUST_PROXY}`,
    );
  };
}
