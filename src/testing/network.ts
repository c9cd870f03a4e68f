// The network of a client: cookies, the headers that a browser adds, redirects, and the handler.
import type { Handler } from "../handler/options.ts";
import { CookieJar } from "./cookies.ts";
import { ConnectionError, type Fault, FaultyNetwork } from "./faults.ts";

/** The number of redirects that a browser follows (Fetch, 4.4). */
const MAX_REDIRECTS = 20;

/** A request. */
export interface Ask {
  /** The URL. */
  readonly url: URL;
  /** The method, in upper case. */
  readonly method: string;
  /** Headers in addition to those that a browser adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; `null` for none. */
  readonly body: BodyInit | null;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The URL of the page it is sent from; `null` for the address bar. */
  readonly from: URL | null;
}

/** The network of one client. */
export class Network {
  /** The cookies. */
  readonly cookies: CookieJar = new CookieJar();
  readonly #handler: Handler;
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #wire = new FaultyNetwork();

  /**
   * Makes a connection.
   *
   * @param handler The handler that answers.
   * @param address The IP address of the client.
   * @param headers Headers of every request.
   */
  constructor(handler: Handler, address: string, headers: Readonly<Record<string, string>>) {
    this.#handler = handler;
    this.#address = address;
    this.#headers = headers;
  }

  /** The faults of the next requests. */
  get faults(): Fault[] {
    return this.#wire.faults;
  }

  /**
   * Sends a request, and follows redirects within its origin.
   *
   * @throws {ConnectionError} When the network fails, or redirects never end.
   */
  async fetch(first: Ask): Promise<Response> {
    let ask = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.#send(ask);
      const to = redirectOf(response, ask.url);
      if (to === null || to.origin !== ask.url.origin) return located(response, ask.url, redirects > 0);
      await response.body?.cancel();
      const { status } = response;
      // A 303 is followed with GET, and so is a POST that was moved (Fetch, 4.4, step 12).
      const isGet = status === 303 || (status < 303 && ask.method === "POST");
      ask = { ...ask, url: to, ...(isGet ? { method: "GET", body: null } : {}) };
    }
    throw new ConnectionError(`Cannot open ${first.url}: it redirects more than ${MAX_REDIRECTS} times`);
  }

  async #send({ url, method, headers, body, signal, from }: Ask): Promise<Response> {
    signal.throwIfAborted();
    const sent = new Headers({ ...this.#headers, ...headers });
    const cookie = this.cookies.headerFor(url);
    if (cookie !== null) sent.set("cookie", cookie);
    sent.set("sec-fetch-site", from === null ? "none" : "same-origin");
    if (from !== null) {
      const [page = ""] = from.href.split("#");
      sent.set("referer", page);
      if (method !== "GET" && method !== "HEAD") sent.set("origin", from.origin);
    }
    // Read once, so that a request that arrives twice arrives with the same bytes.
    const bytes = body === null ? null : await bytesOf(body, sent);

    const client = new AbortController();
    const leave = (): void => client.abort(new DOMException("The client has disconnected", "AbortError"));
    signal.addEventListener("abort", leave, { once: true });
    // A fragment stays in the browser.
    const [target = ""] = url.href.split("#");
    const connection = { remoteAddr: { hostname: this.#address } };
    const ask = (): Promise<Response> =>
      this.#handler(
        new Request(target, { method, headers: sent, body: bytes, signal: client.signal }),
        connection,
      );
    const answer = this.#wire.send(ask, signal, leave);
    const response = await Promise.race([answer, whenAborted(signal)]).catch((error) => {
      // An answer that is not read must not keep a stream of the server open.
      answer.then(({ body }) => body?.cancel(), () => {});
      throw error;
    });
    this.cookies.take(response.headers, url);
    return response;
  }
}

/** Sets the URL of a response to the one that it came from, as `fetch` does. */
function located(response: Response, url: URL, redirected: boolean): Response {
  return Object.defineProperties(response, { url: { value: url.href }, redirected: { value: redirected } });
}

async function bytesOf(body: BodyInit, headers: Headers): Promise<Uint8Array<ArrayBuffer>> {
  const encoded = new Response(body);
  const type = encoded.headers.get("content-type");
  if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
  const bytes = await encoded.bytes();
  headers.set("content-length", String(bytes.length));
  return bytes;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function redirectOf(response: Response, url: URL): URL | null {
  const location = response.headers.get("location");
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return null;
  const to = new URL(location, url);
  // A redirect without a fragment keeps the fragment of the request (Fetch, 4.4).
  if (to.hash === "") to.hash = url.hash;
  return to;
}
