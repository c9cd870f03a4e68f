/**
 * Publishing items to a topic: from an action function, or from outside any request.
 *
 * @module
 */
import { notify } from "../callback.ts";
import { DependencyCache } from "../deps/cache.ts";
import { echoOf } from "../live/message.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Item } from "../results/item.ts";
import { checkTopic } from "../results/items.ts";
import type { ActionRun } from "./action_run.ts";
import type { Injecting, Observing, Running } from "./app.ts";
import { isReportable } from "./failure.ts";
import { reporterOf } from "./observe.ts";
import { toMessage } from "./publish.ts";
import { depsOf } from "./request_deps.ts";
import { type SettlingApp, settlingOf } from "./settling.ts";
import { NO_PARAMS, noToasts, NOWHERE } from "./page_renders.ts";

/**
 * Publishes items of a run; the tab that made the call knows them for its own.
 *
 * An application may await it or not: what it rejects with is reported once, and ends no process where nothing awaits it.
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

async function publishItems(
  run: ActionRun,
  topic: string,
  items: Item | readonly Item[],
  app: SettlingApp,
): Promise<void> {
  checkTopic(topic);
  const { call } = run;
  const message = await toMessage(topic, items, echoOf(call.intent.requestId), settlingOf(run, app));
  await app.live.publish(topic, message, reporterOf(call, app));
}

/** Publishes items that are part of no page. */
export async function publishFromOutside(
  topic: string,
  items: Item | readonly Item[],
  app: Pick<Running, "live" | "rendering" | "redirectTarget"> & Injecting & Observing,
): Promise<void> {
  checkTopic(topic);
  const request = new Request(NOWHERE);
  const report = reporterOf({ request, action: null }, app);
  const cache = new DependencyCache(report);
  const deps = depsOf({ request, url: NOWHERE, cache }, null, new AbortController().signal, app);
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
      body: () => Promise.resolve(null),
      redirectTarget: (to, external) => app.redirectTarget(to, NOWHERE, { external }),
    });
    await app.live.publish(topic, message, report);
  } finally {
    await cache[Symbol.asyncDispose]();
  }
}
