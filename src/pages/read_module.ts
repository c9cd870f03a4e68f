// Readers of the modules of the pages folder, which check their exports once, on startup.
import type { ModuleExports } from "./load_files.ts";
import {
  type ContextFunction,
  type Head,
  isPageClass,
  type LayoutComponent,
  type LayoutProps,
  type LocalContextFunction,
  type PageClass,
  type PageComponent,
  type PageProps,
  type RenderFunction,
} from "./page_module.ts";

/** A page module, checked. */
export interface ReadPage {
  /** The default export if it is a page class, else `null`. */
  readonly pageClass: PageClass | null;
  /** The export `render`, or `null`. */
  readonly render: RenderFunction | null;
  /** The default export if it is a component, else `null`. */
  readonly component: PageComponent | null;
  /** The context functions, in the order of their declarations. */
  readonly context: readonly ReadProvider[];
}

/** A context function, checked. */
export interface ReadProvider {
  readonly name: string;
  /** `true` if the pages below inherit it. */
  readonly inherited: boolean;
  readonly provider: ContextFunction;
}

/**
 * Checks the module of a page or of `not_found.tsx`.
 *
 * @param file Its path, for messages.
 * @throws {TypeError} When an export is not of the type that its name requires.
 */
export function readPageModule({ default: body, render, context }: ModuleExports, file: string): ReadPage {
  if (render !== undefined && typeof render !== "function") {
    throw new TypeError(
      `Cannot use "${file}" as a page: its export "render" is ${describeExport(render)}, not a function`,
    );
  }
  const pageClass = isPageClass(body) ? body : null;
  if (pageClass !== null && render !== undefined) {
    throw new TypeError(
      `Cannot use "${file}" as a page: it exports both "render" and a page class, which has a render method; remove one`,
    );
  }
  return {
    pageClass,
    // Only that it is a function can be checked; each result is checked when the page is rendered.
    render: render === undefined ? null : render as RenderFunction,
    component: body === undefined || pageClass !== null ? null : readComponent(body, file, "a page"),
    context: readProviders(context, file),
  };
}

/**
 * Checks the default export of a layout.
 *
 * @param file Its path, for messages.
 * @throws {TypeError} When the default export is missing, or is not a synchronous function.
 */
export function readLayoutModule({ default: body }: ModuleExports, file: string): LayoutComponent {
  const component = readRequired<LayoutProps>(body, file, "a layout", "wraps its children");
  if (isAsync(component)) {
    throw new TypeError(
      `Cannot use "${file}" as a layout: its default export is an async function; wait in a context function of a page, ` +
        `whose value the layout gets in its props`,
    );
  }
  return component;
}

/**
 * Checks the default export of a template or of `error.tsx`.
 *
 * @param file Its path, for messages.
 * @param role Its role, for messages: `"a template"`, `"the error page"`.
 * @throws {TypeError} When the default export is missing, or is not a function.
 */
export function readTemplateModule({ default: body }: ModuleExports, file: string, role: string): PageComponent {
  return readRequired<PageProps>(body, file, role, "renders the page");
}

/** Returns the head of a page, a template or a layout; `null` if it has none. Its markup is checked when it is rendered. */
export function readHead({ head }: ModuleExports): Head {
  // A function of the props, or markup: the renderer accepts any value and escapes it.
  return (head ?? null) as Head;
}

/** Returns whether a function is declared as `async`, so that its markup has to be awaited before the page is rendered. */
export function isAsync(value: unknown): boolean {
  return value instanceof AsyncFunction;
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

function readRequired<P>(value: unknown, file: string, role: string, does: string): (props: P) => unknown {
  if (value === undefined) {
    throw new TypeError(`Cannot use "${file}" as ${role}: it has no default export; export the component that ${does}`);
  }
  return readComponent(value, file, role);
}

function readComponent<P>(value: unknown, file: string, role: string): (props: P) => unknown {
  if (typeof value !== "function") {
    throw new TypeError(
      `Cannot use "${file}" as ${role}: its default export is ${
        describeExport(value)
      }; export a component, which is a function`,
    );
  }
  // Only that it is a function can be checked.
  return value as (props: P) => unknown;
}

function readProviders(value: unknown, file: string): readonly ReadProvider[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(
      `Cannot use "${file}" as a page: its export "context" is ${describeExport(value)}; export a record of functions`,
    );
  }
  return Object.entries(value).map(([name, entry]) => {
    const provider = isLocalContext(entry) ? entry.provider : entry;
    if (typeof provider !== "function") {
      throw new TypeError(
        `Cannot use "${file}" as a page: "${name}" of its export "context" is ${
          describeExport(provider)
        }, not a function`,
      );
    }
    // Only that it is a function can be checked.
    return { name, inherited: provider === entry, provider: provider as ContextFunction };
  });
}

function isLocalContext(value: unknown): value is LocalContextFunction {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "local" &&
    "provider" in value;
}

function describeExport(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
