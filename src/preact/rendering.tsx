/**
 * The contract of `pages/page_render.ts`, kept with Preact: one render of a page, and documents, bodies, forms and fragments as
 * functions of its result.
 *
 * @module
 */
import type { Region } from "../actions/region.ts";
import type { RegionPart } from "../actions/region_pages.ts";
import { isReportable, toFailure } from "../dispatch/failure.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { type PageFailure, type PageTree, prepareErrorPage, preparePage } from "../pages/page.ts";
import type {
  FailedForm,
  LateSettings,
  PageAnswer,
  PageInParts,
  PageRender,
  Rendered,
  RenderedBody,
  Rendering,
} from "../pages/page_render.ts";
import { SCRIPTS_VARY } from "../http/scripts.ts";
import { isUnsafeHtml, type ToastUndo, type UnsafeHtml } from "../results/item.ts";
import { UndoForm } from "./undo_form.tsx";
import type { Markup } from "../results/markup.ts";
import { BodyApart, renderTitle } from "./around_body.ts";
import {
  beginRender,
  completeHtml,
  completeInParts,
  completePage,
  type DocumentRender,
  withTemplates,
} from "./complete_page.tsx";
import { bodyOnly, isDocument, NO_HEAD } from "./document.ts";
import { isForLayer } from "../http/layer.ts";
import { formId } from "./form.tsx";
import { LateParts } from "./late_parts.ts";
import { asChildren, inState, pageNode } from "./page_node.tsx";
import { innerOf } from "./region_root.ts";
import { isMarkupNode, keepCarriageReturns, rawHtml, renderAtOnce, renderHtml, renderRaw } from "./render_html.ts";
import { type RenderingServices, RenderState } from "./render_state.ts";
import { splitAround } from "./split_around.ts";
import { withUndrawnErrors } from "./undrawn_errors.tsx";
import { catalogueText, type UserText } from "../texts/catalogue.ts";
import type { Texts } from "../texts/texts.ts";

/** Returns what renders the pages of a handler. */
export function createRendering(services: RenderingServices): Rendering {
  return new PreactRendering(services);
}

class PreactRendering implements Rendering {
  readonly #services: RenderingServices;

  constructor(services: RenderingServices) {
    this.#services = services;
  }

  isMarkupNode = isMarkupNode;
  innerOf = innerOf;

  fragment(content: Markup | UnsafeHtml, pageRender: PageRender): string | Promise<string> {
    if (isUnsafeHtml(content)) return content.markup;
    return renderHtml(inState(new RenderState(this.#services, pageRender), asChildren(content)), null);
  }

  undoForm(undo: ToastUndo, pageRender: PageRender): string | Promise<string> {
    return this.fragment(<UndoForm undo={undo} />, pageRender);
  }

  async page(of: PageRender, failed: FailedForm | null, status: number): Promise<PageAnswer> {
    return await toAnswer(await this.#render(of, { failed, status }));
  }

  async pageInParts(of: PageRender, lateSettings: LateSettings | null): Promise<PageAnswer | PageInParts> {
    const { page, pageRender } = pageOf(of);
    const tree = await preparePage(page, pageRender.deps.ctx);
    if (tree.kind === "response") return tree;
    const state = new RenderState(this.#services, pageRender);
    const document = await beginRender(tree, state);
    const node = pageNode(tree, state);
    const html = renderAtOnce(node.node, page, document.nodes.onNode);
    if (html !== null) {
      node.checkLayouts();
      state.check?.(html);
      return await toAnswer({ kind: "rendered", html, failed: null, tree, document });
    }
    const { status } = tree;
    const headers = headersOf(tree, state);
    if (lateSettings === null) {
      state.latePrefix = "";
      return { kind: "parts", html: completeInParts(node, document, null), status, headers, latePrefix: null };
    }
    const { afterMs: waitMs, reader } = lateSettings;
    const late = new LateParts({ waitMs, onError: (error) => this.#alert(error, of), isMarked: reader !== "parser" });
    // The runtime, which fetches a page, is loaded already.
    if (reader !== "fetch") state.latePrefix = late.prefix;
    const pieces = completeInParts(node, withTemplates(document, tree, reader), late);
    return { kind: "parts", html: pieces, status, headers, latePrefix: late.prefix };
  }

  async pageOfForm(of: PageRender, failed: FailedForm, status: number): Promise<PageAnswer | null> {
    const rendered = await this.#render(of, { failed, status });
    return rendered.kind === "response" || rendered.failed !== null ? await toAnswer(rendered) : null;
  }

  async failedForm(of: PageRender, failed: FailedForm): Promise<Rendered & { readonly selector?: string }> {
    const rendered = await this.#render(of, { failed, part: "body" });
    if (rendered.kind === "response") return rendered;
    if (rendered.failed === null) return { kind: "html", html: "" };
    const form = keepCarriageReturns(rendered.failed);
    const id = /^<form\b[^>]*? id="([^"]*)"/.exec(form)?.[1] ?? formId(failed.action, failed.instance);
    return { kind: "html", html: form, selector: selectorOfId(id) };
  }

  async body(of: PageRender): Promise<RenderedBody> {
    const apart = new BodyApart();
    const rendered = await this.#render(of, { part: apart });
    return rendered.kind === "response" ? rendered : apart.take(rendered.html, rendered.document);
  }

  regions(
    of: PageRender,
  ): (region: Region, instance: string | null, part?: RegionPart) => string | Promise<string> {
    const state = new RenderState(this.#services, of);
    return (region, instance, part) => {
      const html = state.regionOf(region, instance, part);
      return typeof html === "string" ? keepCarriageReturns(html) : html.then(keepCarriageReturns);
    };
  }

  async inLayouts(of: PageRender, html: string): Promise<PageAnswer> {
    if (of.page === null) return plainAnswer(await completeHtml(html, new RenderState(this.#services, of)), 200);
    const { page, pageRender } = pageOf(of);
    const prepared = await preparePage(page, pageRender.deps.ctx);
    if (prepared.kind === "response") return prepared;
    const { headers } = prepared;
    // A document has no place in a layout.
    if (isDocument(html)) {
      return plainAnswer(await completeHtml(html, new RenderState(this.#services, pageRender)), 200, headers);
    }
    const tree: PageTree = { ...prepared, body: { kind: "markup", content: rawHtml(html) } };
    const rendered = await this.#renderTree(tree, page, pageRender, {});
    return plainAnswer(await completePage(rendered.html, rendered.document), 200, headers);
  }

  async failure(of: PageRender, status: number, message: string): Promise<PageAnswer> {
    try {
      const rendered = await this.#renderFailure(of, { status, message }, {});
      if (rendered !== null) return await toAnswer(rendered);
    } catch (error) {
      // The application's page for failures has failed. The built-in page below uses none of its code.
      this.#services.report(error, of.request);
    }
    return await plainFailure(status, message, this.#services.textsOf(of));
  }

  /** Renders the page of an address. If the page of an invalid form fails, renders `error.tsx`: its layouts may have the form. */
  async #render(of: PageRender, options: RenderOptions): Promise<RenderResult> {
    const { errorPage, report } = this.#services;
    try {
      return await this.#renderAddress(of, options);
    } catch (error) {
      if (!options.failed || errorPage === null) throw error;
      if (isReportable(error)) report(error, of.request);
      const { status, message } = toFailure(error);
      return await this.#renderErrorPage(errorPage, of, { status, message: this.#write(of, message) }, options);
    }
  }

  async #renderAddress(of: PageRender, options: RenderOptions): Promise<RenderResult> {
    if (of.page === null && of.isOrigin) {
      const notFound = { status: 404, message: this.#write(of, catalogueText("notFound")) };
      const rendered = await this.#renderFailure(of, notFound, options);
      if (rendered !== null) return rendered;
    }
    const { page, pageRender } = pageOf(of);
    return await this.#renderPage(page, pageRender, options);
  }

  /** Reports the error of a part of a page, and returns the message in its place. */
  #alert(error: unknown, of: PageRender): string {
    if (isReportable(error)) this.#services.report(error, of.request);
    const message = this.#write(of, toFailure(error).message);
    return renderAtOnce(<p role="alert">{message}</p>, null) ?? "";
  }

  /** Writes a message for users in the language of the page. */
  #write(of: PageRender, text: UserText): string {
    return this.#services.textsOf(of).write(text);
  }

  /** Renders `not_found.tsx` for 404, else `error.tsx`; `null` if the application has neither. */
  async #renderFailure(of: PageRender, failure: PageFailure, options: RenderOptions): Promise<RenderResult | null> {
    const { errorPage, notFound } = this.#services;
    if (failure.status === 404 && notFound !== null) {
      return await this.#renderPage(notFound, new RenderWithContext(of, notFound), { ...options, status: 404 });
    }
    return errorPage === null ? null : await this.#renderErrorPage(errorPage, of, failure, options);
  }

  async #renderErrorPage(
    page: PageRoute,
    of: PageRender,
    failure: PageFailure,
    options: RenderOptions,
  ): Promise<RenderedPage> {
    const pageRender = new RenderWithContext(of, page);
    const onError = (error: unknown): void => this.#services.report(error, of.request);
    const tree = await prepareErrorPage(page, pageRender.deps.ctx, failure, onError);
    return await this.#renderTree(tree, page, pageRender, options);
  }

  async #renderPage(page: PageRoute, pageRender: PageRender, options: RenderOptions): Promise<RenderResult> {
    const tree = await preparePage(page, pageRender.deps.ctx, options.status);
    return tree.kind === "response" ? tree : await this.#renderTree(tree, page, pageRender, options);
  }

  async #renderTree(
    tree: PageTree,
    page: PageRoute,
    pageRender: PageRender,
    { failed = null, part = "document" }: RenderOptions,
  ): Promise<RenderedPage> {
    // Random names, so that the content of a page cannot contain them. They are removed before the response.
    const cutTag = `hyper-cut-${crypto.randomUUID()}`;
    const layerTag = isForLayer(pageRender.received ?? pageRender.request)
      ? `hyper-layer-${crypto.randomUUID()}`
      : null;
    const state = new RenderState(this.#services, pageRender, failed && { ...failed, cutTag }, layerTag);
    const document = await beginPart(part, tree, state);
    const { node, checkLayouts } = pageNode(layerTag === null ? tree : { ...tree, layouts: [] }, state);
    const whole = await renderRaw(node, page, document.nodes.onNode);
    checkLayouts();
    const html = layerTag === null ? whole : splitAround(whole, layerTag)?.content ?? whole;
    state.check?.(html);
    const parts = failed === null ? null : splitAround(html, cutTag);
    // The page has no form of this action: it was sent by a button of another form.
    const sender = parts === null ? state.senders?.find() ?? null : null;
    if (sender !== null) return await this.#renderTree(tree, page, pageRender, { failed: sender, part });
    if (failed === null || parts === null) return { kind: "rendered", html, failed: null, tree, document };
    const form = await withUndrawnErrors(parts.content, failed.form, state.texts);
    return { kind: "rendered", html: parts.before + form + parts.after, failed: form, tree, document };
  }
}

/** Options for one render. */
interface RenderOptions {
  /** The form that failed. Default: none. */
  readonly failed?: FailedForm | null;
  /** The status, if the page sets none. Default: 200. */
  readonly status?: number;
  /** The part that is rendered: its body only, or apart from what is around it. Default: the whole document. */
  readonly part?: "document" | "body" | BodyApart;
}

/** Prepares the render of a part of a page. */
async function beginPart(
  part: NonNullable<RenderOptions["part"]>,
  tree: PageTree,
  state: RenderState,
): Promise<DocumentRender> {
  if (part === "document") return await beginRender(tree, state);
  if (part === "body") return { nodes: bodyOnly(), head: NO_HEAD, state };
  return { nodes: part, head: await renderTitle(tree, state), state };
}

/** A page as it was rendered, with its carriage returns. */
interface RenderedPage {
  readonly kind: "rendered";
  readonly html: string;
  /** The form that failed, which `html` contains; `null` if the page does not render it. */
  readonly failed: string | null;
  readonly tree: PageTree;
  readonly document: DocumentRender;
}

type RenderResult = RenderedPage | Extract<PageAnswer, { readonly kind: "response" }>;

async function toAnswer(rendered: RenderResult): Promise<PageAnswer> {
  if (rendered.kind === "response") return rendered;
  const { tree, document } = rendered;
  const headers = headersOf(tree, document.state);
  const { status } = tree;
  const html = await completePage(rendered.html, document);
  return { kind: "page", html, status, headers, tookToasts: document.state.tookToasts };
}

/** Returns the headers of a page: where regions are loaded after it, it depends on whether scripts run. */
function headersOf({ headers }: PageTree, { hasLate }: RenderState): Headers | null {
  if (!hasLate) return headers;
  const complete = new Headers(headers ?? {});
  complete.append("vary", SCRIPTS_VARY);
  return complete;
}

/** Returns the page of a render, and the render with the context of that page. */
function pageOf(pageRender: PageRender): { readonly page: PageRoute; readonly pageRender: PageRender } {
  const { page } = pageRender;
  if (page === null) throw new TypeError(`Cannot render "${pageRender.url.pathname}": no page has this URL`);
  return {
    page,
    pageRender: page.guardedContext === page.context ? pageRender : new RenderWithContext(pageRender, page),
  };
}

/**
 * A page render with the context of one page, which is not behind that page's own guard: for the guard itself, and for what is
 * rendered after it. A page for failures is rendered with its own context, not with that of the page that failed.
 */
class RenderWithContext implements PageRender {
  readonly page: PageRoute | null;
  readonly isOrigin: boolean;
  readonly url: URL;
  readonly params: PageRender["params"];
  readonly takeToasts: PageRender["takeToasts"];
  readonly deps: PageRender["deps"];
  readonly #pageRender: PageRender;

  constructor(pageRender: PageRender, page: PageRoute) {
    this.page = pageRender.page;
    this.isOrigin = pageRender.isOrigin;
    this.url = pageRender.url;
    this.params = pageRender.params;
    this.takeToasts = pageRender.takeToasts;
    this.deps = pageRender.deps.derive({ context: (name) => page.context.get(name) });
    this.#pageRender = pageRender;
  }

  get request(): Request {
    return this.#pageRender.request;
  }

  get received(): Pick<Request, "headers"> {
    return this.#pageRender.received ?? this.#pageRender.request;
  }
}

function plainAnswer(html: string, status: number, headers: Headers | null = null): PageAnswer {
  return { kind: "page", html, status, headers, tookToasts: false };
}

/** Renders the built-in page for failures: for an application that has none, or whose own has failed. */
async function plainFailure(status: number, message: string, { lang, write }: Texts): Promise<PageAnswer> {
  const page = (
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{message}</title>
      </head>
      <body>
        <main>
          <h1>{message}</h1>
          <p>
            <a href="/">{write(catalogueText("homeLink"))}</a>
          </p>
        </main>
      </body>
    </html>
  );
  return plainAnswer(`<!DOCTYPE html>${await renderHtml(page, null)}`, status);
}

function selectorOfId(id: string): string {
  const text = id.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) ? `#${text}` : `[id="${text.replace(/["\\]/g, "\\$&")}"]`;
}
