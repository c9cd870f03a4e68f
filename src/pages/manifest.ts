// The manifest of the pages folder, made once on startup: routes with their layouts, templates and context, and exported actions.
import { dirname, join } from "@std/path";
import type { DiscoveredRegion } from "../actions/regions.ts";
import type { Dependency } from "../context.ts";
import type { PageFiles } from "./discover.ts";
import { type DiscoveredAction, exportedActions } from "./exported_actions.ts";
import { exportedRegions } from "./exported_regions.ts";
import { type Folder, FolderTree, type LayoutEntry, renderOf } from "./folder_tree.ts";
import { type LoadedFile, loadFiles, siblingFile } from "./load_files.ts";
import type { PageContextMap, PageVerdict } from "./page_guard.ts";
import type { Head, PageComponent, RenderFunction } from "./page_module.ts";
import { readTemplateModule } from "./read_module.ts";
import { createRouter, parsePattern, type Routable, type Router } from "./route.ts";

/** A page: of a URL pattern, or shown if no page is found or one fails. */
export interface PageRoute extends Routable {
  /** The page's path from `baseDir`. For a folder with only a template, the `page.tsx` that it could have. */
  readonly file: string;
  /** Its real path, with links followed; `null` if it was listed. */
  readonly realFile: string | null;
  /** `true` if its folder has a template. */
  readonly hasTemplate: boolean;
  /** The pattern of its URLs, without groups: `/notes/[id]`. */
  readonly pattern: string;
  /** Renders and guards the page, or `null`. Of a page class, the method of the request's instance. */
  readonly render: RenderFunction | null;
  /** The component that renders the page if `render` does not: the default export, else the template. */
  readonly component: PageComponent | null;
  /** Its layouts, outermost first. */
  readonly layouts: readonly LayoutEntry[];
  /** The heads of its layouts and its own, outermost first. */
  readonly head: readonly Head[];
  /** Its named values, its own and the inherited ones, in the order of their declarations. */
  readonly context: PageContextMap;
  /**
   * The same values for everything but a render of this page: each behind the guards of this page and of the page that declares
   * it. The same map if no page has a guard.
   */
  readonly guardedContext: PageContextMap;
  /** The guard of this page, for what is rendered without the page; `null` if it has none. */
  readonly guard: Dependency<PageVerdict> | null;
}

/** The pages and actions of an application. Frozen; the folder is not read again. */
export interface Manifest {
  /** `baseDir` as an absolute path, without following links. */
  readonly baseDir: string;
  /** Every page that has a URL. */
  readonly routes: readonly PageRoute[];
  /** Finds the page of a path. */
  readonly router: Router<PageRoute>;
  /** Every exported action once: those of components, then those of pages, each in the order of files. */
  readonly actions: readonly DiscoveredAction[];
  /** Every exported region once. */
  readonly regions: readonly DiscoveredRegion[];
  /** The page `not_found.tsx`, or `null`. */
  readonly notFound: PageRoute | null;
  /** The page `error.tsx`, or `null`. */
  readonly errorPage: PageRoute | null;
  /** The files and exports that are ignored, and why; for the console. */
  readonly warnings: readonly string[];
}

/**
 * Imports the files of the pages folder and makes the manifest. Registers nothing.
 *
 * @throws {TypeError} When a file cannot be used in the role of its name.
 * @throws {Error} When a module cannot be imported; its `cause` is the reason.
 */
export async function loadManifest({ files, baseDir, warnings: ignored }: PageFiles): Promise<Manifest> {
  const loaded = await loadFiles(files);
  const tree = new FolderTree(loaded);
  const warnings = [...ignored, ...unusedExports(loaded)];
  const routes = Object.freeze(tree.all().flatMap((folder) => readRoute(tree, folder, warnings) ?? []));
  return Object.freeze({
    baseDir,
    routes,
    router: createRouter(routes),
    actions: Object.freeze(exportedActions(loaded)),
    regions: exportedRegions(loaded),
    notFound: readNotFound(tree),
    errorPage: readErrorPage(tree),
    warnings: Object.freeze(warnings),
  });
}

function readRoute(tree: FolderTree, { names, files }: Folder, warnings: string[]): PageRoute | null {
  // Read even in a folder without a page, so that a broken layout is reported before its first page is added.
  const layouts = tree.layouts(names);
  const page = files.get("page") ?? null;
  const template = files.get("template") ?? null;
  const source = page ?? template;
  if (source === null) return null;
  const read = page === null ? null : tree.page(page);
  const templateComponent = template === null
    ? null
    : readTemplateModule(template.exports, template.file, "a template");
  const render = read === null ? null : renderOf(read);
  const component = read?.component ?? templateComponent;
  if (render === null && component === null) {
    throw new TypeError(
      `Cannot use "${source.file}" as a page: it has no body; export a default component or a render function, or add a ` +
        `template.tsx to its folder`,
    );
  }
  if (template !== null && read?.component) {
    warnings.push(`"${template.file}" is never rendered: the page in its folder has a default export, which is`);
  }
  const context = tree.context(names, page);
  return Object.freeze({
    file: page?.file ?? siblingFile(source.file, "page.tsx"),
    realFile: page?.realFile ?? (source.realFile === null ? null : join(dirname(source.realFile), "page.tsx")),
    hasTemplate: template !== null,
    pattern: patternOf(names, source.file),
    render,
    component,
    layouts,
    head: tree.heads(names, template, page),
    context,
    guardedContext: tree.guardedContext(names, page, context),
    guard: page === null ? null : tree.guard(page),
  });
}

function readNotFound(tree: FolderTree): PageRoute | null {
  const file = tree.get([], "not_found");
  if (file === null) return null;
  const read = tree.page(file);
  const render = renderOf(read);
  if (render === null && read.component === null) {
    throw new TypeError(
      `Cannot use "${file.file}" as the page for what is not found: it has no body; export a default component`,
    );
  }
  return rootPage(tree, file, { render, component: read.component, context: tree.context([], file) });
}

function readErrorPage(tree: FolderTree): PageRoute | null {
  const file = tree.get([], "error");
  if (file === null) return null;
  const component = readTemplateModule(file.exports, file.file, "the error page");
  return rootPage(tree, file, { render: null, component, context: tree.context([], null) });
}

type RootPage = Pick<PageRoute, "render" | "component" | "context">;

function rootPage(tree: FolderTree, file: LoadedFile, page: RootPage): PageRoute {
  return Object.freeze({
    ...page,
    file: file.file,
    realFile: file.realFile,
    hasTemplate: false,
    pattern: "/",
    layouts: tree.layouts([]),
    head: tree.heads([], file),
    // No URL leads to this page, so that only a render of it reads its context.
    guardedContext: page.context,
    guard: null,
  });
}

function patternOf(names: readonly string[], file: string): string {
  try {
    return parsePattern(names.join("/")).source;
  } catch (cause) {
    throw new TypeError(`Cannot route "${file}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

// Exports that have a meaning in a page only.
function unusedExports(files: readonly LoadedFile[]): readonly string[] {
  return files.flatMap(({ file, kind, exports }) => {
    if (kind === "page" || kind === "not_found" || kind === "component") return [];
    const unused = ["context", "render"].filter((name) => exports[name] !== undefined);
    return unused.map((name) =>
      `The export "${name}" of "${file}" is never read: only a page has one; move it to "${
        siblingFile(file, "page.tsx")
      }"`
    );
  });
}
