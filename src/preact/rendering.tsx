/**
 * Rendering pages and parts of pages: the contract of `pages/visit.ts`, kept with Preact.
 *
 * @module
 */
import { type ComponentChildren, type ComponentType, Fragment, h, type VNode } from "preact";
import { atOnce } from "../callback.ts";
import type { Action } from "../actions/action.ts";
import { isAction, nameOfMethod } from "../actions/action.ts";
import type { FormActionManager } from "../actions/manager.ts";
import { type AnyBound, type FormWithInitial, initialOver, makeForm } from "../forms/any_form.ts";
import { failureOf, isReportable } from "../dispatch/failure.ts";
import { bind } from "../forms/bind.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { originFields } from "../pages/origin.ts";
import { type PageFailure, type PageTree, prepareErrorPage, preparePage } from "../pages/page.ts";
import type { FailedForm, PageAnswer, PageInParts, PageRender, Rendered, Rendering } from "../pages/page_render.ts";
import { CLIENT_PATH } from "../protocol/names.ts";
import type { UnsafeHtml } from "../results/items.ts";
import { isUnsafeHtml } from "../results/items.ts";
import type { Markup } from "../results/markup.ts";
import { ClientScript } from "./client_script.tsx";
import { asDocument, beginDocument, bodyOf, cutOut, plainDocument, withHead } from "./document.ts";
import { formId } from "./form.tsx";
import { type ActionRef, type FormAction, type PageState, PageStateProvider } from "./page_state.ts";
import { isMarkupNode, keepCarriageReturns, renderAtOnce, renderHtml, renderRaw } from "./render_html.ts";
import { renderInParts } from "./render_parts.tsx";
import { Toasts } from "./toasts.tsx";
import { type Texts } from "../texts/texts.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** What rendering works with. */
export interface RenderingServices {
  /** Finds the actions that forms name. */
  readonly manager: FormActionManager;
  /** `baseDir`, and how the page of a form is named. */
  readonly originFields: { readonly baseDir: string; readonly originPath: "relative" | "absolute" };
  /** Returns the texts that users read, in the language of a page render. */
  readonly textsOf: (pageRender: PageRender) => Texts;
  /** The error page, or `null`. */
  readonly errorPage: PageRoute | null;
  /** The page for what is not found, or `null`. */
  readonly notFound: PageRoute | null;
  /** Told what fails beside what is being told. */
  readonly report: (error: unknown, request: Request) => void;
}

/** Makes what renders the pages of a handler. */
export function createRendering(services: RenderingServices): Rendering {
  return new PreactRendering(services);
}

class PreactRendering implements Rendering {
  readonly #services: RenderingServices;

  constructor(services: RenderingServices) {
    this.#services = services;
  }

  isMarkupNode = isMarkupNode;

  fragment(content: Markup | UnsafeHtml, pageRender: PageRender): string | Promise<string> {
    if (isUnsafeHtml(content)) return content.markup;
    const state = new RenderState(this.#services, pageRender, null);
    return renderHtml(within(state, children(content)), null);
  }

  async page(of: PageRender, failed: FailedForm | null, status: number): Promise<PageAnswer> {
    const drawing = await this.#draw(of, failed, status, null);
    return drawing.kind === "response" ? drawing : await toAnswer(drawing);
  }

  async pageInParts(of: PageRender): Promise<PageAnswer | PageInParts> {
    const { page, pageRender } = pageOf(of);
    const prepared = await preparePage(page, pageRender.deps.ctx);
    if (prepared.kind === "response") return prepared;
    const { head, status, headers } = prepared;
    const state = new RenderState(this.#services, pageRender, null);
    const drawing = drawingOf(prepared, state);
    const html = renderAtOnce(drawing.node, page);
    if (html === null) return { kind: "parts", html: completeInParts(drawing, head, state), status, headers };
    drawing.check();
    return { kind: "page", html: await complete(html, head, state), status, headers, tookToasts: state.tookToasts };
  }

  async pageOfForm(of: PageRender, failed: FailedForm, status: number): Promise<PageAnswer | null> {
    const drawing = await this.#draw(of, failed, status, null);
    if (drawing.kind === "response") return drawing;
    return drawing.state.tookFailed ? await toAnswer(drawing) : null;
  }

  async failedForm(of: PageRender, failed: FailedForm): Promise<Rendered & { readonly selector?: string }> {
    // Nothing that a page can hold is named by this: it is made for one rendering, and is in no answer.
    const cutTag = `hyper-cut-${crypto.randomUUID()}`;
    const drawing = await this.#draw(of, failed, 200, cutTag);
    if (drawing.kind === "response") return drawing;
    const form = cutOut(keepCarriageReturns(drawing.html), cutTag);
    if (form === null) return { kind: "html", html: "" };
    const id = /^<form\b[^>]*? id="([^"]*)"/.exec(form)?.[1] ?? formId(failed.action, failed.instance);
    return { kind: "html", html: form, selector: selectorOfId(id) };
  }

  async body(of: PageRender): Promise<Rendered> {
    const drawing = await this.#draw(of, null, 200, null);
    return drawing.kind === "response" ? drawing : { kind: "html", html: bodyOf(keepCarriageReturns(drawing.html)) };
  }

  async inLayouts(of: PageRender, html: string): Promise<PageAnswer> {
    if (of.page === null) return drawn(await complete(html, [], new RenderState(this.#services, of, null)), 200);
    const { page, pageRender } = pageOf(of);
    const prepared = await preparePage(page, pageRender.deps.ctx);
    if (prepared.kind === "response") return prepared;
    const state = new RenderState(this.#services, pageRender, null);
    // The content is rendered already: a mark that no text can be stands for it while the layouts are drawn.
    const mark = `hyper-mark-${crypto.randomUUID()}`;
    const tree: PageTree = { ...prepared, body: { kind: "markup", content: mark } };
    const text = await drawPage(tree, state, page);
    return drawn(await complete(text.replace(mark, () => html), tree.head, state), 200, prepared.headers);
  }

  async failure(pageRender: PageRender, status: number, message: string): Promise<PageAnswer> {
    const { errorPage, notFound, report } = this.#services;
    try {
      if (status === 404 && notFound !== null) {
        const drawing = await this.#drawPage(notFound, new RenderPage(pageRender, notFound), null, status, null);
        return drawing.kind === "response" ? drawing : await toAnswer(drawing);
      }
      if (errorPage !== null) {
        return await toAnswer(await this.#drawFailure(errorPage, pageRender, { status, message }, null, null));
      }
    } catch (error) {
      // The page that tells of a failure has failed: what is left is a page that nothing of the application draws.
      report(error, pageRender.request);
    }
    return await plainFailure(status, message, this.#services.textsOf(pageRender));
  }

  /**
   * Draws what is shown at an address. Where the page fails that was to show an invalid form, the page for failures is drawn: its
   * layouts may have the form.
   */
  async #draw(
    of: PageRender,
    failed: FailedForm | null,
    status: number,
    cutTag: string | null,
  ): Promise<PreparedDrawing> {
    const { errorPage, report } = this.#services;
    try {
      return await this.#drawAddress(of, failed, status, cutTag);
    } catch (error) {
      if (failed === null || errorPage === null) throw error;
      if (isReportable(error)) report(error, of.request);
      const { status, message } = failureOf(error);
      const text = this.#services.textsOf(of).write(message);
      return await this.#drawFailure(errorPage, of, { status, message: text }, failed, cutTag);
    }
  }

  /** Draws the page of an address; where the application has no page there, the one that says so. */
  async #drawAddress(
    of: PageRender,
    failed: FailedForm | null,
    status: number,
    cutTag: string | null,
  ): Promise<PreparedDrawing> {
    const { errorPage, notFound } = this.#services;
    const isNowhere = of.page === null && of.isOrigin;
    if (isNowhere && notFound !== null) {
      return await this.#drawPage(notFound, new RenderPage(of, notFound), failed, 404, cutTag);
    }
    if (isNowhere && errorPage !== null) {
      return await this.#drawFailure(
        errorPage,
        of,
        { status: 404, message: this.#services.textsOf(of).write(catalogueText("notFound")) },
        failed,
        cutTag,
      );
    }
    const { page, pageRender } = pageOf(of);
    return await this.#drawPage(page, pageRender, failed, status, cutTag);
  }

  async #drawPage(
    page: PageRoute,
    pageRender: PageRender,
    failed: FailedForm | null,
    status: number,
    cutTag: string | null,
  ): Promise<PreparedDrawing> {
    const tree = await preparePage(page, pageRender.deps.ctx, { status });
    if (tree.kind === "response") return tree;
    const state = new RenderState(this.#services, pageRender, failed, cutTag);
    return { kind: "drawn", html: await drawPage(tree, state, page), tree, state };
  }

  async #drawFailure(
    page: PageRoute,
    of: PageRender,
    failure: PageFailure,
    failed: FailedForm | null,
    cutTag: string | null,
  ): Promise<DrawnPage> {
    const pageRender = new RenderPage(of, page);
    const onError = (error: unknown): void => this.#services.report(error, of.request);
    const tree = await prepareErrorPage(page, pageRender.deps.ctx, failure, onError);
    const state = new RenderState(this.#services, pageRender, failed, cutTag);
    return { kind: "drawn", html: await drawPage(tree, state, page), tree, state };
  }
}

/** A page that was drawn; carriage returns are still as they were written. */
interface DrawnPage {
  readonly kind: "drawn";
  readonly html: string;
  readonly tree: PageTree;
  readonly state: RenderState;
}

type PreparedDrawing = DrawnPage | Extract<PageAnswer, { readonly kind: "response" }>;

async function toAnswer({ html, tree, state }: DrawnPage): Promise<PageAnswer> {
  const { status, headers } = tree;
  return { kind: "page", html: await complete(html, tree.head, state), status, headers, tookToasts: state.tookToasts };
}

/** A page, and the visit that rendering it is done with. */
function pageOf(pageRender: PageRender): { readonly page: PageRoute; readonly pageRender: PageRender } {
  const { page } = pageRender;
  if (page === null) throw new TypeError(`Cannot render the page of ${pageRender.url.pathname}: there is none`);
  return { page, pageRender: page.guardedContext === page.context ? pageRender : new RenderPage(pageRender, page) };
}

/**
 * A visit with the context of the page that is rendered, which is not behind that page's own guard: for the guard itself, and for
 * what is rendered after it. A page for failures is rendered with its own, not with that of the page that has failed.
 */
class RenderPage implements PageRender {
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
}

function drawn(html: string, status: number, headers: Headers | null = null): PageAnswer {
  return { kind: "page", html, status, headers, tookToasts: false };
}

/** The page in its layouts, to be rendered. */
interface Drawing {
  readonly node: VNode;
  /** To be called when it was rendered. Throws where a layout has left out its children. */
  check(): void;
}

function drawingOf(tree: PageTree, state: RenderState): Drawing {
  const { props, layouts } = tree;
  const slots = layouts.map(() => ({ drawn: false }));
  let node: ComponentChildren = tree.body.kind === "component"
    ? component(tree.body.component, tree.body.props, tree.file)
    : children(tree.body.content);
  for (let index = layouts.length - 1; index >= 0; index--) {
    const layout = layouts[index];
    const slot = slots[index];
    if (layout === undefined || slot === undefined) continue;
    // A layout takes the props of the page and its children; the manifest has checked that it is a function.
    node = component(layout.component, { ...props, children: h(Slot, { slot, content: node }) }, layout.file);
  }
  const check = (): void => {
    const empty = slots.findIndex(({ drawn }) => !drawn);
    // An outer layout that leaves out its children leaves out the inner ones too, so that the first is the one at fault.
    if (empty === -1) return;
    throw new TypeError(
      `Cannot draw "${tree.file}": the layout "${
        layouts[empty]?.file
      }" does not render its children; put {children} where ` +
        `the page belongs`,
    );
  };
  return { node: within(state, node), check };
}

/** A function component of the application, called by one of ours, which looks at what it gives. */
interface CalledProps {
  readonly call: (props: object) => ComponentChildren;
  readonly props: object;
  readonly file: string;
}

function Called({ call, props, file }: CalledProps): ComponentChildren {
  return atOnce(call(props), `the component of "${file}"`);
}

/** A page or a layout as a node: the manifest has checked that it is a function, which may be a class of Preact's. */
function component(type: unknown, props: object, file: string): VNode {
  const isClass = typeof type === "function" && typeof type.prototype?.render === "function";
  if (isClass) return h(type as ComponentType<object>, props);
  return <Called call={type as CalledProps["call"]} props={props} file={file} />;
}

/** The page in its layouts; carriage returns are still as they were written. */
async function drawPage(tree: PageTree, state: RenderState, page: PageRoute): Promise<string> {
  const { node, check } = drawingOf(tree, state);
  const html = await renderRaw(node, page);
  check();
  return html;
}

/** Stands for the children of a layout and notices that they are drawn. */
function Slot({ slot, content }: { slot: { drawn: boolean }; content: ComponentChildren }): VNode {
  slot.drawn = true;
  return h(Fragment, null, content);
}

async function complete(html: string, head: readonly Markup[], state: RenderState): Promise<string> {
  const parts = await drawHead(head, state);
  const document = asDocument(html);
  // A layout that writes the document has put the script where it wants it.
  if (document !== null) return keepCarriageReturns(withHead(document, parts));
  // Nobody but us is left to say what survived a redirect: without a layout there may be no `<Toasts>`.
  const toasts = state.askedForToasts || state.takeToasts().length === 0 ? "" : await drawToasts(state);
  return keepCarriageReturns(plainDocument(html + toasts, parts, await drawClientScript(state), state.texts.lang));
}

/** The document in pieces, of which the first has what stands before whatever waits, and the head at the least. */
async function* completeInParts(
  { node, check }: Drawing,
  head: readonly Markup[],
  state: RenderState,
): AsyncGenerator<string, void, void> {
  const parts = await drawHead(head, state);
  const script = await drawClientScript(state);
  let pending = "";
  let end: string | null = null;
  for await (const piece of renderInParts(node)) {
    if (end !== null) {
      yield keepCarriageReturns(piece);
      continue;
    }
    pending += piece;
    const begun = beginDocument(pending, parts, script, state.texts.lang);
    if (begun === null) continue;
    end = begun.end;
    yield keepCarriageReturns(begun.text);
  }
  check();
  if (end === null) yield await complete(pending, head, state);
  else if (end !== "") yield end;
}

async function drawHead(head: readonly Markup[], state: RenderState): Promise<readonly string[]> {
  const parts: string[] = [];
  for (const part of head) {
    if (part !== null) parts.push(await renderHtml(within(state, children(part)), null));
  }
  return parts;
}

async function drawClientScript(state: RenderState): Promise<string> {
  return await renderHtml(within(state, <ClientScript />), null);
}

async function drawToasts(state: RenderState): Promise<string> {
  return await renderHtml(within(state, <Toasts />), null);
}

/** The page that says what went wrong where the application has none of its own, or where that has failed. */
/** The page that is shown where the application has none for a failure. */
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
  return drawn(`<!DOCTYPE html>${await renderHtml(page, null)}`, status);
}

function within(state: PageState, node: ComponentChildren): VNode {
  return <PageStateProvider value={state}>{node}</PageStateProvider>;
}

// Markup is what Preact takes as children, told by its shape, so that the rest of the house need not know Preact.
function children(content: Markup): ComponentChildren {
  return content as ComponentChildren;
}

function selectorOfId(id: string): string {
  const text = id.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) ? `#${text}` : `[id="${text.replace(/["\\]/g, "\\$&")}"]`;
}

/** One rendering: what its components ask for, and what they have taken. */
class RenderState implements PageState {
  readonly cutTag: string | null;
  readonly clientPath = CLIENT_PATH;
  /** Whether toasts were shown. */
  tookToasts = false;
  /** Whether the page has a place for toasts, or was given one. */
  askedForToasts = false;
  /** Whether the form that failed was. */
  tookFailed = false;
  readonly #services: RenderingServices;
  readonly #pageRender: PageRender;
  readonly #failed: FailedForm | null;
  /** The forms of this page, blank; kept, because a component that waited asks again. */
  #forms: Map<string, AnyBound | Promise<AnyBound>> | null = null;

  constructor(
    services: RenderingServices,
    pageRender: PageRender,
    failed: FailedForm | null,
    cutTag: string | null = null,
  ) {
    this.cutTag = cutTag;
    this.#services = services;
    this.#pageRender = pageRender;
    this.#failed = failed;
  }

  // Asked for by forms alone; most of what is rendered has none.
  get originFields(): Readonly<Record<string, string>> {
    const { page, url, isOrigin } = this.#pageRender;
    const { notFound, errorPage } = this.#services;
    const file = (page ?? notFound ?? errorPage)?.file;
    return isOrigin && file !== undefined ? originFields(file, url, this.#services.originFields) : {};
  }

  get path(): string {
    return this.#pageRender.url.pathname;
  }

  get texts(): Texts {
    return this.#services.textsOf(this.#pageRender);
  }

  findAction(ref: ActionRef, component: string): FormAction {
    const name = isAction(ref) ? ref.name : typeof ref === "string" ? ref : nameOfMethod(ref);
    if (name === null) {
      throw new TypeError(
        `Cannot render <${component}>: its action is ${
          ref === undefined ? "undefined (an import cycle?)" : "no action"
        }; pass what ` +
          `action() gave, its name, or a decorated method`,
      );
    }
    const owned = this.#services.manager.findByName(name);
    if (owned === null) {
      throw new TypeError(
        `Cannot render <${component}> for action "${name}": ${this.#services.manager.explainUnknown(name)}`,
      );
    }
    return { action: owned.action, url: owned.backend.getActionUrl(owned.action) };
  }

  formOf(
    action: Action,
    instance: string | null,
    initial: object | null,
  ): AnyBound | null | Promise<AnyBound | null> {
    if (this.#failed !== null && this.isFailed(action, instance)) {
      this.tookFailed = true;
      return this.#failed.form;
    }
    if (action.form === null) return null;
    const key = JSON.stringify([action.name, instance]);
    return this.#blankForm(key, action.form, instance, initial);
  }

  takesFiles(action: Action): boolean | Promise<boolean> {
    if (action.onFile !== null) return true;
    if (action.form === null) return false;
    // Under a key of its own: the page may give a form of this action initial values.
    const form = this.#blankForm(action.name, action.form, null, null);
    return form instanceof Promise ? form.then(({ hasFiles }) => hasFiles) : form.hasFiles;
  }

  #blankForm(
    key: string,
    source: NonNullable<Action["form"]>,
    instance: string | null,
    initial: object | null,
  ): AnyBound | Promise<AnyBound> {
    const forms = this.#forms ??= new Map();
    const known = forms.get(key);
    if (known !== undefined) return known;
    const show = (made: FormWithInitial): AnyBound =>
      bind(made.definition, { mode: "blank", initial: initialOver(made, initial), instance, texts: this.texts });
    const made = makeForm(source, this.#pageRender.deps.ctx);
    const form = made instanceof Promise ? made.then(show) : show(made);
    forms.set(key, form);
    if (form instanceof Promise) {
      // Settled, it is at hand when the component that waited is drawn again; that one is told of a failure too.
      form.then((settled) => forms.set(key, settled), () => {});
    }
    return form;
  }

  isFailed(action: Action, instance: string | null): boolean {
    return this.#failed !== null && this.#failed.action.uid === action.uid && this.#failed.instance === instance;
  }

  // The same to whoever asks: what was drawn beside a component that waits is drawn anew, and has asked before.
  takeToasts(): readonly Readonly<Record<string, unknown>>[] {
    this.askedForToasts = true;
    const toasts = this.#pageRender.takeToasts();
    this.tookToasts = toasts.length > 0;
    return toasts;
  }
}
