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
import type { Region, RegionContext } from "../actions/region.ts";
import { isAdmitted } from "../actions/region_guard.ts";
import type { Regions } from "../actions/regions.ts";
import { resolveInjected } from "../deps/inject.ts";
import type { PageRender } from "../pages/page_render.ts";
import { REGION_ATTRIBUTE } from "../protocol/names.ts";
import { EVERY_ATTRIBUTE, LOAD_ATTRIBUTE, LOADED, PLACE_ATTRIBUTE } from "../protocol/region_names.ts";
import type { Markup } from "../results/markup.ts";
import { isMarkupNode, renderRaw } from "./render_html.ts";
import { rootsOf, withAttributes } from "./region_root.ts";

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
}

/** A hidden element that any element may contain. */
const PLACEHOLDER = "<template></template>";

/**
 * Renders an instance of a region, with its marks.
 *
 * @returns The HTML; a promise of it if something has to be awaited.
 * @throws {TypeError} When the region is not exported, or does not render exactly one element.
 */
export function renderRegion(
  region: Region,
  instance: string | null,
  renderer: RegionRenderer,
): string | Promise<string> {
  return marked(region, instance, renderer, LOADED, (ctx) => renderOrFail(region, ctx, renderer));
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
function renderOrFail(region: Region, ctx: RegionContext, renderer: RegionRenderer): string | Promise<string> {
  const { error: renderError } = region;
  if (!renderError) return renderContent(region, ctx, renderer);
  const failed = (error: unknown): string | Promise<string> => {
    renderer.report(error);
    return contentOf(region, renderError(ctx), renderer);
  };
  try {
    const html = renderContent(region, ctx, renderer);
    return typeof html === "string" ? html : html.catch(failed);
  } catch (error) {
    return failed(error);
  }
}

function renderContent(region: Region, ctx: RegionContext, renderer: RegionRenderer): string | Promise<string> {
  const hasInject = Object.keys(region.inject).length > 0;
  if (region.guard !== null || hasInject) return renderAdmitted(region, ctx, renderer);
  return contentOf(region, region.render(ctx as never), renderer);
}

async function renderAdmitted(region: Region, ctx: RegionContext, renderer: RegionRenderer): Promise<string> {
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
