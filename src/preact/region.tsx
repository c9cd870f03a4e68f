// `region()`: a part of a page that knows what it depends on.
import { jsxTemplate } from "preact/jsx-runtime";
import type { Injectables } from "../actions/action_options.ts";
import { declareRegion, type Region, type RegionFunction, type RegionOptions } from "../actions/region.ts";
import type { MarkupNode } from "../results/markup.ts";
import { type PageState, usePageState } from "./page_state.ts";
import { CanBeLate } from "./suspense.tsx";
import { suspension } from "./suspension.ts";

/** Props of the component of a region. It has no others, and no children: a region is rendered without what is around it. */
export interface RegionProps {
  /** Distinguishes the copies of a region on a page, such as the id of a row. Up to 200 characters. Default: none. */
  readonly instance?: string | number | undefined;
}

/** The component of a region. */
export type RegionComponent = (props: RegionProps) => MarkupNode;

/**
 * Declares a region: a part of a page that knows which topics it depends on. After `changed()` with one of them, the server
 * renders the region again, and nothing else of the page, in this tab and in every other one. Without scripts, the page that
 * follows shows the change.
 *
 * Export the region from a page, a layout or a component below `pages/`; it is registered on startup. Its function renders
 * exactly one element, or `null`, which leaves a hidden placeholder. It may be async. It is rendered from the context of its page:
 * contexts of components around it do not reach it.
 *
 * @param name The name: a letter, then up to 63 letters, digits, dashes or underscores. Unique in the application.
 * @param options The topics, values to inject, and the guard.
 * @param render Renders the region.
 * @returns The component, to be put into a page, a layout, a component or another region.
 * @throws {TypeError} If the name or an option is invalid.
 *
 * @example Comments of a ticket
 * ```tsx
 * import { action, changed, createHandler, region } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const comments: string[] = [];
 * const Comments = region("comments", { depends: ({ params }) => `ticket:${params.id}` }, () => (
 *   <ul>{comments.map((comment) => <li>{comment}</li>)}</ul>
 * ));
 * const add = action("add_comment", ({ data, params }) => {
 *   comments.push(String(data.text));
 *   return changed(`ticket:${params.id}`);
 * });
 * const page = { default: () => <main><Comments /></main>, Comments, add };
 * const handler = createHandler({ pages: [{ path: "/tickets/[id]", load: () => Promise.resolve(page) }] });
 * const response = await handler(new Request("http://localhost/tickets/7"));
 * assertStringIncludes(await response.text(), '<ul data-hyper-region="comments:');
 * await handler.close();
 * ```
 */
// deno-lint-ignore ban-types -- nothing injected is the empty set of names
export function region<I extends Injectables = {}>(
  name: string,
  options: RegionOptions<I>,
  render: RegionFunction<I>,
): RegionComponent {
  const { depends, load = null, fallback = null, append = false, shared = false, every = null } = options;
  const { error = null, inject = {}, guard = null } = options;
  const declaration: Region = { name, depends, load, fallback, append, shared, every, error, inject, guard, render };
  const component: RegionComponent = ({ instance }) => {
    const state = usePageState(component.name);
    const key = instance === undefined ? null : String(instance);
    if (load !== null && state.hasScripts) return <Fallback state={state} region={declaration} instance={key} />;
    // Begins here, and suspends in a component of its own: the regions of a page are rendered at the same time.
    state.regionOf(declaration, key);
    const place = <Place state={state} region={declaration} instance={key} />;
    if (load === null) return place;
    return <CanBeLate fallback={<Fallback state={state} region={declaration} instance={key} />}>{place}</CanBeLate>;
  };
  // The name that messages of the renderer show.
  Object.defineProperty(component, "name", { value: `Region(${name})` });
  declareRegion(component, declaration);
  return component;
}

/** Props of {@linkcode Place}. */
interface PlaceProps {
  readonly state: PageState;
  readonly region: Region;
  readonly instance: string | null;
}

/** The HTML of a region in its page. */
function Place({ state, region, instance }: PlaceProps): MarkupNode {
  const html = state.regionOf(region, instance);
  if (html instanceof Promise) throw suspension(html);
  return jsxTemplate([html]);
}

/** The HTML in the place of a region until its content is loaded. */
function Fallback({ state, region, instance }: PlaceProps): MarkupNode {
  const html = state.fallbackOf(region, instance);
  if (html instanceof Promise) throw suspension(html);
  return jsxTemplate([html]);
}
