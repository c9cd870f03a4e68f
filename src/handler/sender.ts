/**
 * The client that sent a request, and the warning about proxies that a handler was not told of.
 *
 * @module
 */
import { abortSafely } from "../callback.ts";
import type { ClientInfo } from "../dispatch/arrival.ts";
import { addressHolder, callerAddress, type Holder } from "../http/caller.ts";
import type { CrossOrigin } from "../http/cross_origin.ts";
import { warn } from "./log.ts";
import type { ConnectionInfo } from "./options.ts";

/** Options for {@linkcode Sender}. */
export interface SenderOptions {
  readonly crossOrigin: CrossOrigin;
  /** Called with a request whose address says nothing. */
  readonly noticeProxy: (request: Request, connection: string) => void;
  /** Called with what a listener throws that waits for the end of a connection. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** The client that sent a request, as `Deno.serve` tells of it. */
export class Sender implements ClientInfo {
  readonly address: string;
  readonly #connection: string;
  readonly #request: Request;
  readonly #options: SenderOptions;
  readonly #completed: Promise<void> | undefined;
  #gone: AbortSignal | null = null;

  constructor(request: Request, info: ConnectionInfo | undefined, options: SenderOptions) {
    this.#connection = info?.remoteAddr?.hostname ?? "";
    this.address = callerAddress(request, this.#connection, options.crossOrigin);
    this.#request = request;
    this.#options = options;
    this.#completed = info?.completed;
  }

  get holder(): Holder {
    const holder = addressHolder(this.#request, this.#connection, this.#options.crossOrigin);
    if (holder.kind === "unknown") this.#options.noticeProxy(this.#request, this.#connection);
    return holder;
  }

  // Made when it is asked for: what a mutation does goes on without its client.
  get gone(): AbortSignal {
    return this.#gone ??= this.#watch();
  }

  #watch(): AbortSignal {
    // `request.signal` of Deno.serve aborts when an answer was sent whole, too, and says so on the console when it is read.
    if (this.#completed === undefined) return this.#request.signal;
    const controller = new AbortController();
    const report = (error: unknown): void => this.#options.report(error, this.#request, null);
    const onGone = (): void => abortSafely(controller, new DOMException("The client has gone", "AbortError"), report);
    this.#completed.catch(onGone);
    return controller.signal;
  }
}

/** The warning about an application that has not decided about proxies. */
export const NO_TRUST_PROXY: string =
  `"crossOrigin.trustProxy" is not set: behind a proxy all users have the address of the proxy, so that ` +
  `they share one rate, and no address has a share of streams and bodies of its own; set it to true behind a proxy that sets ` +
  `X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host itself, and to false where users connect directly`;

/** Returns what warns once, when a request has come through a proxy that the handler was not told about. */
export function createProxyNotice(): SenderOptions["noticeProxy"] {
  let isTold = false;
  return ({ headers }, connection) => {
    if (isTold || !headers.has("x-forwarded-for") && !headers.has("forwarded")) return;
    isTold = true;
    warn(
      `A request from ${
        connection || "an unknown address"
      } names the client that it was forwarded for. ${NO_TRUST_PROXY}`,
    );
  };
}
