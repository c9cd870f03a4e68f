// Connects a run with the topic that it watches.
import type { Guard } from "../context.ts";
import type { Live } from "../live/live.ts";
import type { LivePatch } from "../live/message.ts";
import type { PageRender } from "../pages/page_render.ts";
import { sha256 } from "../platform/hash.ts";
import { DATA_HEADER } from "../protocol/names.ts";
import type { Patch } from "../protocol/patch.ts";
import type { Item, LiveItem } from "../results/item.ts";
import type { ActionRun } from "./action_run.ts";
import type { Admission, Injecting, Observing, Running } from "./app.ts";
import { freshPage } from "./fresh_page.ts";
import { askGuard } from "./guards.ts";
import { reporterOf } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { refreshPatch, type Settling, toPatch } from "./settle.ts";
import { watch, type Watching } from "./watch.ts";

/** The parts of an application that watching needs. */
export type WatchingApp = Pick<Running, "live"> & Pick<Admission, "guard"> & Injecting & Observing;

/**
 * Watches a topic; yields nothing for a client that cannot read streams.
 *
 * @throws {TypeError} In an action with the method POST.
 */
export function watchTopic(
  run: ActionRun,
  item: LiveItem,
  settling: Settling,
  app: WatchingApp,
): AsyncGenerator<Patch, void, void> {
  const { arrival: { intent, subscription }, action } = run.call;
  if (action.method !== "GET") {
    throw new TypeError(
      `Cannot watch topic "${item.topic}" in action "${action.name}": its method is POST; declare method: "GET"`,
    );
  }
  if (intent.audience !== "runtime") return nothing();
  const watching = new RunWatching(run, item.topic, settling, app);
  return subscription?.admit(watching.share) === false ? nothing() : watch(item, watching);
}

/** The parts of one run that watching needs. A class, not closures: a stream holds it for as long as it is open. */
class RunWatching implements Watching {
  readonly share: string;
  readonly #run: ActionRun;
  readonly #topic: string;
  readonly #settling: Settling;
  readonly #app: WatchingApp;

  constructor(run: ActionRun, topic: string, settling: Settling, app: WatchingApp) {
    this.share = shareOf(run, topic);
    this.#run = run;
    this.#topic = topic;
    this.#settling = settling;
    this.#app = app;
  }

  get live(): Live {
    return this.#app.live;
  }

  get lastEventId(): string | null {
    return this.#run.call.arrival.intent.lastEventId;
  }

  get signal(): AbortSignal {
    return this.#run.call.controller.signal;
  }

  ask(guard: Guard | null, again: boolean): Promise<Outcome | null> {
    return askAgain(this.#run, guard, again, this.#app);
  }

  async refresh(selector: string | null): Promise<LivePatch> {
    const page = await this.#settling.body();
    if (page !== null) return refreshPatch(selector, page);
    throw new TypeError(`Cannot refresh for action "${this.#run.call.action.name}": the call does not name a page`);
  }

  render(items: Item | readonly Item[]): Promise<readonly Patch[]> {
    return renderItems(items, this.#topic, this.#settling);
  }

  redirectTarget(url: string, external: boolean): string {
    return this.#settling.redirectTarget(url, external);
  }

  report(error: unknown): void {
    reporterOf(this.#run.call, this.#app)(error);
  }
}

async function renderItems(items: Item | readonly Item[], topic: string, settling: Settling): Promise<Patch[]> {
  const patches: Patch[] = [];
  for (const each of [items].flat()) {
    if (each.kind === "live") throw new TypeError(`Cannot refresh topic "${topic}": live() is not a state`);
    const patch = await toPatch(each, settling);
    if (patch !== null) patches.push(patch);
  }
  return patches;
}

/** Asks guards with fresh dependencies: that of a topic, and those of action and handler. */
async function askAgain(run: ActionRun, own: Guard | null, again: boolean, app: WatchingApp): Promise<Outcome | null> {
  const { call, page } = run;
  const before = again ? [call.action.skipHandlerGuard ? null : app.guard, call.action.guard] : [];
  const guards = [...before, own].filter((guard) => guard !== null);
  if (guards.length === 0) return null;
  const { pageRender, cache } = freshPage(call, asAsked(run), app);
  try {
    for (const guard of guards) {
      const denial = await askGuard(call, guard, pageRender.deps.ctx, app);
      if (denial !== null) return denial;
    }
    return null;
  } finally {
    await cache[Symbol.asyncDispose]();
  }

  /** Returns the page with the original request, which the guards were asked about before. */
  function asAsked({ call: { request }, page: { deps } }: ActionRun): PageRender {
    const { page: route, isOrigin, url, params, takeToasts } = page.pageRender;
    // Not `new Request(request)`: that reads its signal, for which `Deno.serve` then tracks the end of the request.
    const asked = new Request(request.url, { headers: request.headers });
    return { page: route, isOrigin, url, params, takeToasts, request: asked, deps };
  }
}

/**
 * Returns a digest that is the same for all tabs of one browser that get the same patches: of the same topic, for the same
 * principal, on the same page, with the same data. Headers that a page may be rendered from, such as a cookie, count too.
 */
function shareOf({ call: { arrival, action }, page: { pageRender }, admitted }: ActionRun, topic: string): string {
  const { request: { headers }, url, intent } = arrival;
  const sent = [DATA_HEADER, "cookie", "authorization"].map((name) => headers.get(name));
  // The external URL: two sites behind one proxy may reach this server under one address. The URL of the page as well: the body or
  // the address bar may have named its query.
  const parts = [action.name, topic, admitted.principal, url.href, pageRender.url.href, intent.target, ...sent];
  return sha256(JSON.stringify(parts)).slice(0, 32);
}

async function* nothing(): AsyncGenerator<Patch, void, void> {}
