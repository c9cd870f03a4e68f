// The regions of one render of a page, each rendered once.
import type { VNode } from "preact";
import type { Region } from "../actions/region.ts";
import { FIRST_PAGE, instanceKey, loadedPages, type RegionPart } from "../actions/region_pages.ts";
import type { Regions } from "../actions/regions.ts";
import type { SharedRenders } from "../actions/shared_renders.ts";
import { isReportable } from "../dispatch/failure.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Markup } from "../results/markup.ts";
import { asChildren, inState } from "./page_node.tsx";
import { SHARED_STATE } from "./page_state.ts";
import { type RegionRenderer, renderFallback, renderRegion } from "./region_markup.ts";

/** The parts of a handler that regions use. */
export interface RegionServices {
  /** The regions of the application. */
  readonly regions: Regions;
  /** The renders of shared regions. */
  readonly sharedRenders: SharedRenders;
  /** Returns the place in the feed of changes that this instance has reached; `null` if it is not known. */
  readonly place: () => string | null;
  /** Returns the principal of a request. */
  readonly principalOf: (request: Request) => string | null | PromiseLike<string | null>;
  /** Called with an error that something else is rendered for. */
  readonly report: (error: unknown, request: Request) => void;
}

/** The regions of one render. */
export class PageRegions {
  readonly #pageRender: PageRender;
  readonly #renderer: RegionRenderer;
  /** The HTML by region and part. Kept, because a component that suspended asks for its region again. */
  readonly #html = new Map<string, string | Promise<string>>();
  /** The number of pages of the regions that append; `null` before one is rendered. */
  #pages: ReadonlyMap<string, number> | null = null;

  /** @param nodeOf Returns the node of a content, in the page that is rendered. */
  constructor(services: RegionServices, pageRender: PageRender, nodeOf: (content: Markup) => VNode) {
    let principal: string | null | PromiseLike<string | null> | undefined;
    this.#pageRender = pageRender;
    this.#renderer = {
      regions: services.regions,
      pageRender,
      place: services.place,
      principal: () => principal ??= services.principalOf(pageRender.request),
      report: (error) => {
        if (isReportable(error)) services.report(error, pageRender.request);
      },
      nodeOf,
      shared: services.sharedRenders,
      sharedNodeOf: (content) => inState(SHARED_STATE, asChildren(content)),
    };
  }

  /**
   * Returns the HTML of an instance.
   *
   * @param part The pages of a region that appends. Default: those that the client shows.
   */
  of(
    region: Region,
    instance: string | null,
    part: RegionPart = this.#shown(region, instance),
  ): string | Promise<string> {
    return this.#keep([region.name, instance, part], () => renderRegion(region, instance, part, this.#renderer));
  }

  /** Returns the HTML in the place of an instance until the browser has loaded its content. */
  fallbackOf(region: Region, instance: string | null): string | Promise<string> {
    return this.#keep([region.name, instance, "fallback"], () => renderFallback(region, instance, this.#renderer));
  }

  #shown({ append, name }: Region, instance: string | null): RegionPart {
    if (!append) return FIRST_PAGE;
    this.#pages ??= loadedPages(this.#pageRender.request);
    return { kind: "pages", count: this.#pages.get(instanceKey(name, instance)) ?? 1 };
  }

  #keep(of: readonly unknown[], render: () => string | Promise<string>): string | Promise<string> {
    const key = JSON.stringify(of);
    const known = this.#html.get(key);
    if (known !== undefined) return known;
    const html = render();
    this.#html.set(key, html);
    // The component that suspended is rendered again and needs the HTML itself. If the promise rejects, that component throws.
    if (html instanceof Promise) html.then((ready) => this.#html.set(key, ready), () => {});
    return html;
  }
}
