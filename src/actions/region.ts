// The declaration of a region: a part of a page that knows which topics it depends on.
import type { RequestContext } from "../context.ts";
import type { Injected } from "../deps/inject.ts";
import type { MarkupNode } from "../results/markup.ts";
import type { Injectables } from "./action_options.ts";

/** The context that a region is rendered from: that of its page, and the `instance`. */
export interface RegionContext extends RequestContext {
  /** The `instance` of the component, as text; `null` without one. The client chooses it: see {@linkcode RegionOptions.guard}. */
  readonly instance: string | null;
}

/** The attributes of a link that loads the next page of a list. */
export interface MoreLink {
  /** The URL of this page with the cursor in its query: the link without scripts. */
  readonly href: string;
  /** The relation, for crawlers. */
  readonly rel: "next";
  /** The cursor, for the browser runtime. */
  readonly "data-hyper-more": string;
}

/** The context that the function of a region gets in addition to what it injects. */
export interface RegionRenderContext extends RegionContext {
  /**
   * The cursor to continue from, of a region with `append`: what `more()` was called with, 1 to 200 characters; `null` for the beginning.
   * The client chooses it, as a value of a query.
   */
  readonly cursor: string | null;
  /**
   * Returns the attributes of the link to the next page of a region with `append`. Put it into the last child of the root, which
   * the next page replaces, or make it that child.
   *
   * @param cursor The cursor of the next page.
   * @throws {TypeError} When the region does not append, or the cursor is empty or too long.
   */
  more(cursor: string | number): MoreLink;
}

/** One topic, or several. */
export type Topics = string | readonly string[];

/**
 * Options for `region()`.
 *
 * @typeParam I The values to inject.
 */
export interface RegionOptions<I extends Injectables = Injectables> {
  /**
   * The topics that the region depends on, or a function of its context that returns them: up to 16, each with 1 to 256 characters
   * that do not start with `hyper:`. `changed()` with one of them renders the region again.
   */
  readonly depends: Topics | ((ctx: RegionContext) => Topics | PromiseLike<Topics>);
  /**
   * The time at which the browser loads the content of the region, where scripts are known to run: `"lazy"` after the page, so that the
   * page does not wait for it; `"visible"` when the user scrolls near it. Without scripts, and on the first page that a browser gets,
   * the region is in the page; a browser that knows streaming out of order shows the rest of the page before. Default: the region is
   * always in the page.
   */
  readonly load?: "lazy" | "visible" | undefined;
  /**
   * Renders what is in the place of the region until its content is loaded: one element, at best of the same name as that of the region.
   * It is shown before the guard runs. Required for `load: "visible"`: a hidden element is never scrolled to. Default: a hidden
   * placeholder.
   */
  readonly fallback?: ((ctx: RegionContext) => MarkupNode) | undefined;
  /**
   * If `true`, the region is a list that is loaded page by page. Its function renders the page after `cursor`, and puts the attributes
   * `more(next)` on the link to the next one. That link appends the page; without scripts, it leads to a page that begins there. After a
   * change up to 20 loaded pages are rendered again, else the first. Default: `false`.
   */
  readonly append?: boolean | undefined;
  /**
   * If `true`, everyone gets the same content, which each instance of the application renders once after a change. Its function, its
   * `depends` and the dependencies that it uses have only `instance`: reading the request, its cookies, its URL or its `params` throws,
   * and so do forms, toasts and other regions in it. A `guard` runs for each request. Not with `append`. Default: `false`.
   */
  readonly shared?: boolean | undefined;
  /**
   * Time after which the browser renews the region, in seconds, for what changes without `changed()`: from 1. It is not renewed while
   * the page is hidden. `depends: []` leaves it to the time alone. Default: only changes renew it.
   */
  readonly every?: number | undefined;
  /**
   * Renders the region if its function, its guard or a value to inject throws, so that the rest of the page stays: one element, or
   * `null`. A link or button with `hyper-renew` in it tries again: `<a href="" hyper-renew>` also without scripts. The error is
   * reported as that of a page. Default: the page fails, and a region that is renewed stays as it is.
   */
  readonly error?: ((ctx: RegionContext) => MarkupNode | null) | undefined;
  /**
   * Values to inject into the context, by name: dependencies and markers, as for an action. Only the context functions that
   * `DContext()` names here run for the region. Default: none.
   */
  readonly inject?: I | undefined;
  /**
   * Decides whether the request may see this instance, in addition to the guard of the page. `false`, and a `Response`, render a hidden
   * placeholder in its place. Any client may then ask for any instance, on any page, so decide by the session and by `instance`.
   *
   * Default: none. The region is then rendered only for the page, the principal and the instance that the server itself rendered
   * it for; a signature proves it.
   */
  readonly guard?:
    | ((ctx: RegionContext) => void | boolean | Response | PromiseLike<void | boolean | Response>)
    | undefined;
}

/** A declared region. The handler reads its properties. */
export interface Region {
  /** The name, unique in the application. */
  readonly name: string;
  /** Returns the topics. */
  readonly depends: RegionOptions["depends"];
  /** The time at which the browser loads its content; `null` if it is always in the page. */
  readonly load: "lazy" | "visible" | null;
  /** Renders what is in its place until then; `null` for a hidden placeholder. */
  readonly fallback: RegionOptions["fallback"] | null;
  /** `true` if it is a list that is loaded page by page. */
  readonly append: boolean;
  /** `true` if it is rendered once for everyone. */
  readonly shared: boolean;
  /** Time after which the browser renews it, in seconds; `null` for never. */
  readonly every: number | null;
  /** Renders it if it throws; `null` for no such function. */
  readonly error: RegionOptions["error"] | null;
  /** Values to inject. */
  readonly inject: Injectables;
  /** Decides who may see it; `null` if signatures do. */
  readonly guard: RegionOptions["guard"] | null;
  /** Renders it. */
  readonly render: (ctx: never) => unknown;
}

/** The function that renders a region: one element, or `null` for none. */
// deno-lint-ignore ban-types -- nothing injected is the empty set of names
export type RegionFunction<I extends Injectables = {}> = (
  ctx: RegionRenderContext & Injected<I>,
) => MarkupNode | null | PromiseLike<MarkupNode | null>;

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Names that the context has itself. */
const RESERVED: Readonly<Record<keyof RegionRenderContext, true>> = {
  request: true,
  url: true,
  params: true,
  deps: true,
  cookies: true,
  signal: true,
  mode: true,
  instance: true,
  cursor: true,
  more: true,
};

// The component of each region is a function, which discovery finds among the exports.
const declared = new WeakMap<object, Region>();

/**
 * Declares the region of a component.
 *
 * @throws {TypeError} When the name or an option is invalid.
 */
export function declareRegion(component: object, region: Region): void {
  const fault = faultOf(region);
  if (fault !== null) throw new TypeError(`Cannot declare region "${region.name}": ${fault}`);
  declared.set(component, Object.freeze(region));
}

/** Returns the region that a component shows; `null` for any other value. */
export function regionOf(component: unknown): Region | null {
  return typeof component === "function" ? declared.get(component) ?? null : null;
}

function faultOf({ name, depends, load, fallback, append, shared, every, inject, render }: Region): string | null {
  if (!NAME.test(name)) {
    return "the name is invalid; use a letter and up to 63 letters, digits, dashes or underscores";
  }
  if (typeof render !== "function") return `its render function is ${typeof render}; pass a function`;
  if (typeof depends !== "function" && typeof depends !== "string" && !Array.isArray(depends)) {
    return "it has no depends; name the topics after which it must be rendered again";
  }
  if (load !== null && load !== "lazy" && load !== "visible") return `load is "${load}"; use "lazy" or "visible"`;
  if (load === "visible" && !fallback) {
    return "it is loaded when visible and has no fallback; pass one, because a hidden element is never visible";
  }
  if (load === null && fallback) return 'it has a fallback, which is never shown; set load to "lazy" or "visible"';
  if (append && shared) {
    return "it is shared and loaded page by page; the pages depend on the user, so remove one of the options";
  }
  if (every !== null && !(every >= 1 && Number.isFinite(every))) return `every is ${every}; use seconds from 1`;
  const taken = Object.keys(inject).find((key) => Object.hasOwn(RESERVED, key));
  return taken === undefined ? null : `its context already has "${taken}"; inject the value under another name`;
}
