// Connects settling with the run that returned the items.
import type { PageRender } from "../pages/page_render.ts";
import { isForLayer } from "../http/layer.ts";
import type { Patch } from "../protocol/patch.ts";
import type { ChangedItem, LiveItem, ToastUndo, UnsafeHtml } from "../results/item.ts";
import type { Markup } from "../results/markup.ts";
import type { ActionRun } from "./action_run.ts";
import type { Running } from "./app.ts";
import type { Call } from "./call.ts";
import { type FreshPage, freshPage } from "./fresh_page.ts";
import type { RefreshedPage, Settling } from "./settle.ts";
import { baseOfTargets } from "./steps/find_page.ts";
import { LazyPageRender } from "./page_renders.ts";
import { type WatchingApp, watchTopic } from "./watching.ts";

/** The parts of an application that settling needs. */
export type SettlingApp = Pick<Running, "rendering" | "redirectTarget"> & WatchingApp;

/** Returns the parts of a run that settling needs. */
export function settlingOf(run: ActionRun, app: SettlingApp): Settling {
  return new RunSettling(run, app);
}

/** The settling of one run. A class, not closures: a stream holds it for as long as it is open. */
class RunSettling implements Settling {
  readonly #run: ActionRun;
  readonly #app: SettlingApp;

  constructor(run: ActionRun, app: SettlingApp) {
    this.#run = run;
    this.#app = app;
  }

  get actionName(): string {
    return this.#run.call.action.name;
  }

  get requestId(): string | null {
    return this.#run.call.arrival.intent.requestId;
  }

  get isInLayer(): boolean {
    return isForLayer(this.#run.call.arrival.request);
  }

  get elsewhere(): string | null {
    return this.#run.page.elsewhere;
  }

  fragment(content: Markup | UnsafeHtml): string | Promise<string> {
    return this.#render((part) => this.#app.rendering.fragment(content, part));
  }

  undoForm(undo: ToastUndo): string | Promise<string> {
    return this.#render((part) => this.#app.rendering.undoForm(undo, part));
  }

  body(): Promise<RefreshedPage | null> {
    const { call, page, claim } = this.#run;
    claim?.renew();
    return renderBody(call, page.pageRender, this.#app);
  }

  redirectTarget(to: string, external: boolean): string {
    const { call, page } = this.#run;
    return this.#app.redirectTarget(to, baseOfTargets(call.arrival, page.pageRender), { external });
  }

  noteChanged(item: ChangedItem): void {
    this.#run.noteChanged(item);
  }

  noteWatched(): void {
    this.#run.lingers = true;
  }

  watch(item: LiveItem): AsyncGenerator<Patch, void, void> {
    return watchTopic(this.#run, item, this, this.#app);
  }

  #render(renderPart: (part: PageRender) => string | Promise<string>): string | Promise<string> {
    const { call, page: { pageRender }, claim } = this.#run;
    // Created when a component needs it: most fragments are rows and texts, which do not.
    const held: { fresh: FreshPage | null } = { fresh: null };
    const make = (): PageRender => (held.fresh = freshPage(call, pageRender, this.#app)).pageRender;
    const html = attemptAtOnce(() => renderPart(new LazyPageRender(pageRender, make)));
    // Synchronous, as most: there is nothing to end and nothing to await.
    if (typeof html === "string" && held.fresh === null) return html;
    claim?.renew();
    return finish(html, async () => await held.fresh?.cache[Symbol.asyncDispose]());
  }
}

/** Renders the current body of the page; returns `null` for a document, which is loaded again anyway. */
async function renderBody(call: Call, pageRender: PageRender, app: SettlingApp): Promise<RefreshedPage | null> {
  const { arrival: { intent }, action } = call;
  if (!pageRender.isOrigin) {
    if (intent.audience === "document") return null;
    throw new TypeError(
      `Cannot refresh for action "${action.name}": the call does not name its page; send it from a page`,
    );
  }
  const { pageRender: now, cache } = freshPage(call, pageRender, app);
  try {
    const rendered = await app.rendering.body(now);
    if (rendered.kind === "html") return rendered;
    throw new TypeError(
      `Cannot refresh for action "${action.name}": the page of "${pageRender.url.pathname}" answers with status ` +
        `${rendered.response.status} instead of a page`,
    );
  } finally {
    // A stream renders its page many times: the resources of each render must not stay until its end.
    await cache[Symbol.asyncDispose]();
  }
}

/** Returns the result of a function, or a rejected promise of its error. */
function attemptAtOnce<T>(run: () => T | Promise<T>): T | Promise<T> {
  try {
    return run();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Awaits a value, and calls a function after it, also if it rejects. */
async function finish<T>(value: T | Promise<T>, after: () => Promise<void>): Promise<T> {
  try {
    return await value;
  } finally {
    await after();
  }
}
