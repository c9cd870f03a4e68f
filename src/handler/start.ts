/**
 * Starts an application: loads its pages, registers its actions, and makes its dispatch.
 *
 * @module
 */
import { SharedRenders } from "../actions/shared_renders.ts";
import { join } from "@std/path";
import type { ActionLocation } from "../actions/backend.ts";
import { checkFileLimits } from "../actions/file_limits.ts";
import type { FormActionManager } from "../actions/manager.ts";
import { logError, warn } from "../callback.ts";
import { createRequestDeps } from "../deps/resolver.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { App } from "../dispatch/app.ts";
import { FormActionDispatch } from "../dispatch/dispatch.ts";
import { addAssetFolder } from "../pages/asset.ts";
import { discoverPages, type PageEntry, type PageFiles, pagesFromList } from "../pages/discover.ts";
import { loadManifest, type Manifest } from "../pages/manifest.ts";
import { createOrigins } from "../pages/origin.ts";
import { createStaticFiles } from "../pages/static_files.ts";
import type { PageRender } from "../pages/page_render.ts";
import { createRendering } from "../preact/rendering.tsx";
import { respond } from "../respond/respond.ts";
import { serve } from "../respond/serve.ts";
import { redirectTarget, sealResponse } from "../http/sink.ts";
import { withActionHeaders } from "../http/vary.ts";
import type { SignalFamily } from "../signals.ts";
import { createRegions } from "./regions.ts";
import type { HandlerOptions } from "./options.ts";
import type { Services } from "./services.ts";

/** An application that has started. */
export interface Started {
  readonly dispatch: FormActionDispatch;
  /** The parts of the application that the pipeline uses. */
  readonly app: App;
  /** The files and exports that declare actions, by UID. */
  readonly sources: ReadonlyMap<string, ActionLocation>;
}

/**
 * Starts an application.
 *
 * @throws {TypeError} When a page or an action is invalid.
 */
export async function startApp(options: HandlerOptions, services: Services): Promise<Started> {
  const { app, baseDir, heartbeatSeconds, flash } = services;
  const { manager, limits, signals, report, userTexts } = app;
  const { invalidStatus = 200, originPath = "relative" } = options;
  const staticDir = baseDir === null ? null : join(baseDir, "static");
  // Before the pages are loaded: their modules may name assets.
  if (staticDir !== null) addAssetFolder(staticDir);
  const manifest = await loadManifest(await findPages(baseDir, options.pages));
  for (const warning of manifest.warnings) warn(warning);
  for (const { action } of manifest.actions) checkFileLimits(action, limits);
  registerActions(manifest, manager, signals);
  const { router, errorPage, notFound } = manifest;
  const root = baseDir ?? manifest.baseDir;
  const regions = createRegions(manifest, options, app.dev);
  if (manifest.regions.length > 0) app.changes.start();
  const rendering = createRendering({
    manager,
    regions,
    place: () => app.changes.place,
    sharedRenders: new SharedRenders((topics) => app.changes.versions.of(topics)),
    principalOf: app.principal ?? (() => null),
    originFields: { baseDir: root, originPath },
    errorPage,
    notFound,
    dev: app.dev,
    report: (error, request) => report(error, request, null),
    textsOf: (pageRender) => userTexts.of(pageRender),
  });
  const files = staticDir === null ? null : createStaticFiles(staticDir);
  const pageRenderOf = (answer: Answer): PageRender => renderWithoutPage(answer, services);
  const respondServices = {
    rendering,
    flash,
    heartbeatSeconds,
    invalidStatus,
    signals,
    pageRenderOf,
    report,
    userTexts,
  };
  const serveServices = { router, files, rendering, flash, report, userTexts };
  const whole: App = {
    ...app,
    router,
    origins: createOrigins(manifest, root),
    regions,
    rendering,
    respond: (answer) => respond(answer, respondServices),
    serve: (request, url, match, deps) => serve(request, url, match, deps, serveServices),
    seal: (response) => withActionHeaders(sealResponse(response)),
    redirectTarget,
    open: (request, client, subscription) => dispatch.answerTraced(request, client, null, subscription),
  };
  const dispatch = new FormActionDispatch(whole);
  const sources = manifest.actions.map(({ action, file, exportName }) => [action.uid, { file, exportName }] as const);
  return { dispatch, app: whole, sources: new Map(sources) };
}

/** Returns the page render for a failure before an action was found. */
function renderWithoutPage(
  { arrival: { request, url, cookies, cache } }: Answer,
  { app: { providers, overrides } }: Services,
): PageRender {
  const deps = createRequestDeps({
    ctx: { request, url, params: {}, cookies, signal: new AbortController().signal, mode: "submit" },
    providers,
    overrides,
    cache,
    form: null,
    origin: "missing",
    context: null,
  });
  return { page: null, isOrigin: false, url, params: {}, request, deps, takeToasts: () => [] };
}

async function findPages(baseDir: string | null, pages: readonly PageEntry[] | undefined): Promise<PageFiles> {
  if (pages !== undefined) return pagesFromList(pages, baseDir ?? "/");
  return baseDir === null ? pagesFromList([], "/") : await discoverPages(baseDir);
}

function registerActions(manifest: Manifest, manager: FormActionManager, signals: SignalFamily): void {
  for (const { action, file, exportName } of manifest.actions) {
    manager.registerAction(action, { file, exportName });
  }
  manager.checkNames();
  for (const { action } of manager.actions()) {
    signals.actionRegistered.send({
      actionName: action.name,
      uid: action.uid,
      form: action.form,
      namespace: action.namespace,
      handler: action.handler,
    }, (error) => logError(error, `a receiver of actionRegistered for action "${action.name}"`));
  }
}
