/**
 * Renders an instance of a region to HTML.
 *
 * A region is rendered by itself, also as a part of its page: what is around it, such as a provider of the application, does not reach
 * it. So a region that is rendered again is the same as one that is rendered with its page.
 *
 * @module
 */
import type { VNode } from "preact";
import { isPromiseLike } from "../callback.ts";
import type { MoreLink, Region, RegionContext, RegionRenderContext } from "../actions/region.ts";
import { instanceKey, MAX_CURSOR, type RegionPart } from "../actions/region_pages.ts";
import { topicsOf } from "../actions/region_topics.ts";
import { SharedContext } from "../actions/shared_context.ts";
import type { SharedRenders } from "../actions/shared_renders.ts";
import type { Deps } from "../context.ts";
import { stageOf } from "../deps/resolver.ts";
import { isAdmitted } from "../actions/region_guard.ts";
import type { Regions } from "../actions/regions.ts";
import { resolveInjected } from "../deps/inject.ts";
import { redirectTarget } from "../http/sink.ts";
import type { PageRender } from "../pages/page_render.ts";
import { PAGES_ATTRIBUTE, REGION_ATTRIBUTE } from "../protocol/names.ts";
import { EVERY_ATTRIBUTE, LOAD_ATTRIBUTE, LOADED, MORE_ATTRIBUTE, PLACE_ATTRIBUTE } from "../protocol/region_names.ts";
import type { Markup } from "../results/markup.ts";
import { isMarkupNode, renderRaw } from "./render_html.ts";
import { joinPages, rootsOf, withAttributes } from "./region_root.ts";

/** The parts of a render that its regions need. */
export interface RegionRenderer {
  /** The regions of the application. */
  readonly regions: Regions;
  /** The page. */
  readonly pageRender: PageRender;
  /** Returns the place in the feed of changes that was reached; `null` if it is not known. */
  place(): string | null;
  /** Returns the principal of the request. */
  principal(): string | null | PromiseLike<string | null>;
  /** Called with what a region throws that shows an error of its own. */
  report(error: unknown): void;
  /** Returns the node of a content, in the page that is rendered. */
  nodeOf(content: Markup): VNode;
  /** The renders of shared regions. */
  readonly shared: SharedRenders;
  /** Returns the node of a content of a shared region, in no page. */
  sharedNodeOf(content: Markup): VNode;
}

/** A hidden element that any element may contain. */
const PLACEHOLDER = "<template></template>";

/**
 * Renders an instance of a region, with its marks.
 *
 * @param part The pages of a region that appends.
 * @returns The HTML; a promise of it if something has to be awaited.
 * @throws {TypeError} When the region is not exported, or does not render exactly one element.
 */
export function renderRegion(
  region: Region,
  instance: string | null,
  part: RegionPart,
  renderer: RegionRenderer,
): string | Promise<string> {
  return marked(region, instance, renderer, LOADED, (ctx) => {
    // If the next page fails, the client keeps the pages that it shows.
    if (part.kind === "after") return renderPages(region, ctx, part, renderer);
    return renderOrFail(region, ctx, part, renderer);
  });
}

/** Renders what is in the place of a region until the browser has loaded its content, with the marks of the region. */
export function renderFallback(
  region: Region,
  instance: string | null,
  renderer: RegionRenderer,
): string | Promise<string> {
  const load = region.load ?? LOADED;
  return marked(region, instance, renderer, load, (ctx) => contentOf(region, region.fallback?.(ctx) ?? null, renderer));
}

function marked(
  region: Region,
  instance: string | null,
  renderer: RegionRenderer,
  load: string,
  render: (ctx: RegionContext) => string | Promise<string>,
): string | Promise<string> {
  const file = renderer.regions.fileOf(region);
  // Before the region reads its data: a later change may be missing from it.
  const place = renderer.place();
  const html = render({ ...renderer.pageRender.deps.ctx, instance });
  const principal = region.guard === null ? renderer.principal() : null;
  const finish = (html: string, principal: string | null): string => {
    const roots = rootsOf(html);
    if (roots === "more") throw manyRoots(region, file);
    const reference = renderer.regions.write(region, instance, { path: renderer.pageRender.url.pathname, principal });
    const marks = {
      [REGION_ATTRIBUTE]: reference,
      ...(place === null ? {} : { [PLACE_ATTRIBUTE]: place }),
      ...(region.every === null ? {} : { [EVERY_ATTRIBUTE]: String(region.every) }),
      ...(region.load === null ? {} : { [LOAD_ATTRIBUTE]: load }),
    };
    return withAttributes(roots === "nothing" ? PLACEHOLDER : html, marks);
  };
  if (typeof html === "string" && !isPromiseLike(principal)) return finish(html, principal);
  return Promise.all([html, principal]).then(([html, principal]) => finish(html, principal));
}

/** Renders the content of a region, or its own error. */
function renderOrFail(
  region: Region,
  ctx: RegionContext,
  part: RegionPart,
  renderer: RegionRenderer,
): string | Promise<string> {
  const { error: renderError } = region;
  const render = (): string | Promise<string> => {
    if (region.append) return renderPages(region, ctx, part, renderer);
    if (region.shared) return renderShared(region, ctx, renderer);
    return renderContent(region, { ...ctx, cursor: null, more: () => notAppending(region) }, renderer);
  };
  if (!renderError) return render();
  const failed = (error: unknown): string | Promise<string> => {
    renderer.report(error);
    return contentOf(region, renderError(ctx), renderer);
  };
  try {
    const html = render();
    return typeof html === "string" ? html : html.catch(failed);
  } catch (error) {
    return failed(error);
  }
}

/** Returns the content of a shared region, if the request may see it. */
async function renderShared(region: Region, ctx: RegionContext, renderer: RegionRenderer): Promise<string> {
  if (!await isAdmitted(region, ctx)) return "";
  const { instance } = ctx;
  const topics = await topicsOf(region, ctx);
  return await renderer.shared.get(region, instance, topics, async () => {
    const withDeps = (deps: Deps): RegionRenderContext => new SharedContext(region, instance, deps);
    const stage = { ctx: { withDeps }, form: null, origin: "ok", context: null } as const;
    await using apart = stageOf(ctx.deps, stage, true);
    const injected = await resolveInjected(region.inject, apart.deps);
    const rendered = region.render(Object.assign(withDeps(apart.deps), injected) as never);
    return await contentOf(region, rendered, { ...renderer, nodeOf: renderer.sharedNodeOf });
  });
}

/** Renders pages of a list as one element. */
async function renderPages(
  region: Region,
  ctx: RegionContext,
  part: RegionPart,
  renderer: RegionRenderer,
): Promise<string> {
  const count = part.kind === "pages" ? part.count : 1;
  let cursor = part.kind === "after" ? part.cursor : cursorOf(region, ctx);
  const pages: string[] = [];
  for (let next: string | null = null; pages.length === 0 || next !== null && pages.length < count; cursor = next) {
    next = null;
    const more = (given: string | number): MoreLink => {
      next = String(given);
      return linkTo(next, region, ctx);
    };
    pages.push(await renderContent(region, { ...ctx, cursor, more }, renderer));
  }
  const html = joinPages(pages.filter((page) => page !== ""));
  return html === "" || pages.length === 1 ? html : withAttributes(html, { [PAGES_ATTRIBUTE]: String(pages.length) });
}

/** Returns the cursor in the query of a page; `null` without one, or if it is too long. */
function cursorOf({ name }: Region, { url, instance }: RegionContext): string | null {
  const cursor = url.searchParams.get(instanceKey(name, instance)) ?? "";
  return cursor === "" || cursor.length > MAX_CURSOR ? null : cursor;
}

function linkTo(cursor: string, { name }: Region, { url, instance }: RegionContext): MoreLink {
  if (cursor === "" || cursor.length > MAX_CURSOR) {
    throw new TypeError(
      `Cannot link to more of region "${name}": its cursor has ${cursor.length} characters; pass 1 to ${MAX_CURSOR}`,
    );
  }
  const query = new URLSearchParams(url.searchParams);
  query.set(instanceKey(name, instance), cursor);
  return { href: redirectTarget(`?${query}`, url), rel: "next", [MORE_ATTRIBUTE]: cursor };
}

function notAppending({ name }: Region): never {
  throw new TypeError(`Cannot link to more of region "${name}": it is not loaded page by page; set append to true`);
}

function renderContent(region: Region, ctx: RegionRenderContext, renderer: RegionRenderer): string | Promise<string> {
  const hasInject = Object.keys(region.inject).length > 0;
  if (region.guard !== null || hasInject) return renderAdmitted(region, ctx, renderer);
  return contentOf(region, region.render(ctx as never), renderer);
}

async function renderAdmitted(region: Region, ctx: RegionRenderContext, renderer: RegionRenderer): Promise<string> {
  if (!await isAdmitted(region, ctx)) return "";
  const injected = await resolveInjected(region.inject, ctx.deps);
  // The values that this region declares were just resolved.
  return await contentOf(region, region.render({ ...ctx, ...injected } as never), renderer);
}

function contentOf(region: Region, rendered: unknown, renderer: RegionRenderer): string | Promise<string> {
  if (isPromiseLike(rendered)) return Promise.resolve(rendered).then((each) => contentOf(region, each, renderer));
  if (rendered === null || rendered === undefined || rendered === false) return "";
  if (!isMarkupNode(rendered)) throw manyRoots(region, renderer.regions.fileOf(region));
  return renderRaw(renderer.nodeOf(rendered), region);
}

function manyRoots({ name }: Region, file: string): TypeError {
  return new TypeError(
    `Cannot render region "${name}" of "${file}": it is not one element; put its content into a single element, or return null`,
  );
}
