// Loads the pages of a client.
import { toParams } from "../protocol/payload.ts";
import { fieldsOf, toBody } from "./controls.ts";
import { parseDocument } from "./dom.ts";
import type { Network } from "./network.ts";
import type { PageSource, Tab } from "./page.ts";
import type { PageVisit } from "./page_visit.ts";

/** The parts of a tab that loading needs. */
export interface LoadingTab {
  readonly tab: Tab;
  readonly network: Network;
  /** The root of the application. */
  readonly origin: URL;
  /** Aborted when the client is disposed. */
  readonly life: AbortSignal;
}

/** Loads pages of one application. */
export class PageLoader {
  readonly #of: LoadingTab;

  constructor(of: LoadingTab) {
    this.#of = of;
  }

  /**
   * Requests a page as a browser does.
   *
   * @param from The URL of the page that leads there; `null` for one that the user enters.
   * @param more Headers in addition to those of a browser.
   */
  async load(
    { url, method, form }: PageVisit,
    from: URL | null,
    more: Readonly<Record<string, string>> = {},
  ): Promise<PageSource> {
    const to = this.own(url);
    if (form !== null && method === "GET") to.search = String(toParams(fieldsOf(form.entries)));
    const response = await this.#of.network.fetch({
      url: to,
      method,
      headers: { accept: "text/html,*/*;q=0.8", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", ...more },
      body: form === null || method === "GET" ? null : toBody(form.entries, form.enctype),
      signal: this.#of.life,
      from,
    });
    return this.read(response, await response.text());
  }

  /** Makes the parts of a page of a response. */
  read({ url, status, headers }: Pick<Response, "url" | "status" | "headers">, body: string): PageSource {
    const isHtml = headers.get("content-type")?.startsWith("text/html") ?? false;
    const document = parseDocument(isHtml ? body : "");
    return { tab: this.#of.tab, document, url: new URL(url), status, headers, body };
  }

  /**
   * Returns a copy of a URL of the application.
   *
   * @throws {TypeError} For a URL of another origin.
   */
  own(url: URL): URL {
    const { origin } = this.#of;
    if (url.origin === origin.origin) return new URL(url);
    throw new TypeError(`Cannot go to "${url}": it is not of ${origin.origin}, the origin of the application`);
  }
}
