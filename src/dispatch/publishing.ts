// Publishes items to a topic, from an action function or from outside any request.
import { notify } from "../callback.ts";
import { DependencyCache } from "../deps/cache.ts";
import { echoOf, isLivePatch, type LiveMessage, type LivePart } from "../live/message.ts";
import { RequestCookies } from "../http/request_cookies.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { ChangedItem, Item } from "../results/item.ts";
import { checkTopic } from "../results/items.ts";
import { isItem } from "../results/item.ts";
import type { ActionRun } from "./action_run.ts";
import type { Injecting, Observing, Running } from "./app.ts";
import { isReportable } from "./failure.ts";
import { reporterOf } from "./observe.ts";
import { depsOf } from "./request_deps.ts";
import { type Settling, toPatch } from "./settle.ts";
import { type SettlingApp, settlingOf } from "./settling.ts";
import { NO_PARAMS, noToasts, NOWHERE } from "./page_renders.ts";

/**
 * Publishes items of a run. The tab that made the call recognizes them as its own.
 *
 * The application may await it or not: an error is reported once, and does not end the process if nothing awaits it.
 */
export function publishFrom(
  run: ActionRun,
  topic: string,
  items: Item | readonly Item[],
  app: SettlingApp,
): Promise<void> {
  const work = publishItems(run, topic, items, app);
  notify(() => work, (error) => {
    if (isReportable(error)) reporterOf(run.call, app)(error);
    run.call.noteReported(error);
  });
  return work;
}

/** Publishes the topics that an action has changed, after it has ended. The response does not wait. */
export function publishChanges({ call, changes }: ActionRun, app: Pick<Running, "changes"> & Observing): void {
  if (changes.length === 0) return;
  const echo = echoOf(call.arrival.intent.requestId);
  const report = reporterOf(call, app);
  for (const [again, items] of Map.groupBy(changes, ({ again }) => again)) {
    const topics = items.flatMap(({ topics }) => topics);
    notify(() => app.changes.publish(topics, { echo, again, report }), report);
  }
}

/** Publishes, without a request, that topics have changed. */
export function publishChangeFromOutside(
  { topics, again }: ChangedItem,
  app: Pick<Running, "changes"> & Observing,
): Promise<void> {
  return app.changes.publish(topics, {
    again,
    report: reporterOf({ request: new Request(NOWHERE), action: null }, app),
  });
}

async function publishItems(
  run: ActionRun,
  topic: string,
  items: Item | readonly Item[],
  app: SettlingApp,
): Promise<void> {
  checkTopic(topic);
  const { call } = run;
  const message = await toMessage(topic, items, echoOf(call.arrival.intent.requestId), settlingOf(run, app));
  await app.live.publish(topic, message, reporterOf(call, app));
}

/** Publishes items without a page. */
export async function publishFromOutside(
  topic: string,
  items: Item | readonly Item[],
  app: Pick<Running, "live" | "rendering" | "redirectTarget"> & Injecting & Observing,
): Promise<void> {
  checkTopic(topic);
  const request = new Request(NOWHERE);
  const report = reporterOf({ request, action: null }, app);
  const cache = new DependencyCache(report);
  const deps = depsOf(
    { request, url: NOWHERE, cookies: new RequestCookies(request), cache, mode: "submit" },
    null,
    new AbortController().signal,
    app,
  );
  const pageRender: PageRender = {
    page: null,
    isOrigin: false,
    url: NOWHERE,
    params: NO_PARAMS,
    request,
    deps,
    takeToasts: noToasts,
  };
  try {
    const message = await toMessage(topic, items, null, {
      actionName: `publish("${topic}")`,
      requestId: null,
      fragment: (content) => app.rendering.fragment(content, pageRender),
      undoForm: (undo) => app.rendering.undoForm(undo, pageRender),
      body: () => Promise.resolve(null),
      redirectTarget: (to, external) => app.redirectTarget(to, NOWHERE, { external }),
      isInLayer: false,
      elsewhere: null,
    });
    await app.live.publish(topic, message, report);
  } finally {
    await cache[Symbol.asyncDispose]();
  }
}

/**
 * Renders items once for all watchers. A refresh is not rendered: each watcher renders its own page.
 *
 * @param echo The public part of the request id of the call that publishes them; `null` for none.
 * @param settling The parts of the request that rendering needs.
 * @throws {TypeError} When a value is not an item, or an item is for one call only.
 */
async function toMessage(
  topic: string,
  items: Item | readonly Item[],
  echo: string | null,
  settling: Omit<Settling, "watch" | "noteWatched" | "noteChanged">,
): Promise<LiveMessage> {
  const parts: LivePart[] = [];
  for (const item of [items].flat()) {
    if (!isItem(item)) {
      throw new TypeError(`Cannot publish to topic "${topic}": ${typeof item} is not an item; pass html() or toast()`);
    }
    switch (item.kind) {
      case "refresh":
        parts.push({ refresh: item.selector });
        break;
      case "live":
      case "checkpoint":
      case "changed":
      case "close":
        throw new TypeError(
          `Cannot publish to topic "${topic}": ${item.kind}() is for one call only; pass html() or toast()`,
        );
      default: {
        if (item.kind === "toast" && item.undo !== null) {
          throw new TypeError(
            `Cannot publish to topic "${topic}": an undo is for one user; publish the toast without undo, and return the other one`,
          );
        }
        const patch = await toPatch(item, settling);
        if (patch !== null && isLivePatch(patch)) parts.push(patch);
      }
    }
  }
  return { kind: "parts", echo, parts };
}
