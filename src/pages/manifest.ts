/**
 * What the folder of pages says, read once at the start: routes with their layouts, templates and context, components, and
 * the actions they export.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { type Action, actionsOfClass, isAction, nameWithoutHandler, pageInstance } from "../actions/action.ts";
import type { Dependency } from "../context.ts";
import { dependency } from "../deps/resolver.ts";
import type { PageFile, PageFileKind, PageFiles } from "./discover.ts";
import { behindGuards, type PageContextMap, pageGuard, type PageVerdict } from "./page_guard.ts";
import {
  type ContextFunction,
  type Head,
  isPageClass,
  type LayoutComponent,
  type ModuleExports,
  type PageComponent,
  readHead,
  readLayoutModule,
  type ReadPage,
  readPageModule,
  readTemplateModule,
  type RenderFunction,
} from "./page_module.ts";
import { createRouter, parsePattern, type Routable, type Router } from "./route.ts";

/** A layout of a route. */
export interface LayoutEntry {
  /** Its path from `baseDir`. */
  readonly file: string;
  /** Draws it. */
  readonly component: LayoutComponent;
}

/** What is drawn at one URL pattern, or in place of a page that is not there or has failed. */
export interface PageRoute extends Routable {
  /** The page's path from `baseDir`. Of a folder with a template alone it names the `page.tsx` that could stand there. */
  readonly file: string;
  /** Its real path, links followed; `null` where it was listed. */
  readonly realFile: string | null;
  /** Whether a template stands beside it. */
  readonly hasTemplate: boolean;
  /** The pattern of its URLs, groups left out: `/notes/[id]`. */
  readonly pattern: string;
  /** Draws the page and guards it, or `null`. Of a page class it is the method of the request's own instance. */
  readonly render: RenderFunction | null;
  /** Draws the page where `render` does not: the default export, else the template. */
  readonly component: PageComponent | null;
  /** The layouts around it, outermost first. */
  readonly layouts: readonly LayoutEntry[];
  /** What layouts and page add to the head, outermost first. */
  readonly head: readonly Head[];
  /** The named values it has, its own and inherited, in the order they are declared in. */
  readonly context: PageContextMap;
  /**
   * The same for everything but a render of this page: each behind the guards of this page and of the page that declares it.
   * The same map where no page has a guard.
   */
  readonly guardedContext: PageContextMap;
}

/** An action and where it was found. */
export interface DiscoveredAction {
  /** The action. */
  readonly action: Action;
  /** The file that exports it, from `baseDir`. */
  readonly file: string;
  /** The name it is exported by; of a method of a page class the class is its `default` export. */
  readonly exportName: string;
}

/** Everything the pages folder says. Frozen; nothing reads the folder again. */
export interface Manifest {
  /** `baseDir` as an absolute path, links not followed. */
  readonly baseDir: string;
  /** Every page that has a URL. */
  readonly routes: readonly PageRoute[];
  /** Finds the page of a path. */
  readonly router: Router<PageRoute>;
  /** Every exported action, once: those of components first, then those of pages, each in the order of files. */
  readonly actions: readonly DiscoveredAction[];
  /** What is drawn where no page is, or `null`. */
  readonly notFound: PageRoute | null;
  /** What is drawn where a page has failed, or `null`. */
  readonly errorPage: PageRoute | null;
  /** What was left out or is of no use, and why; for the console. */
  readonly warnings: readonly string[];
}

/**
 * Imports the files of the pages folder and puts together what they say.
 *
 * Nothing is registered anywhere: what was read is the value that is returned.
 *
 * @param files What `discoverPages()` or `pagesFromList()` gave.
 * @returns The manifest.
 * @throws {TypeError} When a file cannot be used as what its name says: it names the file, the state and the remedy.
 * @throws {Error} When a module cannot be imported; the origin is its `cause`.
 */
export async function loadManifest(files: PageFiles): Promise<Manifest> {
  refuseTwins(files.files);
  const modules = await importAll(files.files);
  const folders = new FolderTree(modules);
  const warnings = [...files.warnings, ...warnOfUnread(modules)];
  const routes = Object.freeze(readRoutes(folders, warnings));
  return Object.freeze({
    baseDir: files.baseDir,
    routes,
    router: createRouter(routes),
    actions: Object.freeze(findActions(modules)),
    notFound: readNotFound(folders),
    errorPage: readErrorPage(folders),
    warnings: Object.freeze(warnings),
  });
}

interface LoadedFile extends PageFile {
  readonly exports: ModuleExports;
}

// Two of one kind in a folder, such as page.tsx and page.ts: one of them would never be seen.
function refuseTwins(files: readonly PageFile[]): void {
  const seen = new Map<string, PageFile>();
  for (const file of files) {
    const place = [file.kind, ...file.folders].join("/");
    const first = seen.get(place);
    if (first !== undefined) {
      throw new TypeError(
        `Cannot use "${file.file}": "${first.file}" is the ${file.kind} of that folder already; remove one of them`,
      );
    }
    seen.set(place, file);
  }
}

/** All modules, imported side by side; components first in the result. */
async function importAll(files: readonly PageFile[]): Promise<readonly LoadedFile[]> {
  const ordered = [
    ...files.filter((file) => file.kind === "component"),
    ...files.filter((file) => file.kind !== "component"),
  ];
  // Settled, not raced: of several broken files the same one is reported each time.
  const results = await Promise.allSettled(ordered.map((file) => importOne(file)));
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function importOne(file: PageFile): Promise<LoadedFile> {
  let exports: unknown;
  try {
    exports = await file.load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot import "${file.file}": ${reason}`, { cause });
  }
  if (typeof exports !== "object" || exports === null) {
    throw new TypeError(`Cannot import "${file.file}": its load gave ${typeof exports}, a module is needed`);
  }
  // A module namespace, or an object in place of one: its own properties are what it exports.
  return { ...file, exports: Object.fromEntries(Object.entries(exports)) };
}

/** What lies in one folder, by kind. */
interface Folder {
  readonly names: readonly string[];
  readonly files: Map<PageFileKind, LoadedFile>;
}

// Folders by path, with what is read once for each and shared by every page below: a layout's component, a page's context.
class FolderTree {
  readonly #folders = new Map<string, Folder>();
  readonly #layouts = new Map<LoadedFile, LayoutEntry>();
  readonly #pages = new Map<LoadedFile, ReadPage>();
  readonly #providers = new Map<ContextFunction, Map<string, Dependency<unknown>>>();
  readonly #guards = new Map<LoadedFile, Dependency<PageVerdict> | null>();

  constructor(modules: readonly LoadedFile[]) {
    for (const module of modules) {
      if (module.kind === "component") continue;
      const key = module.folders.join("/");
      const folder = this.#folders.get(key) ?? { names: module.folders, files: new Map() };
      this.#folders.set(key, folder);
      folder.files.set(module.kind, module);
    }
  }

  /** Every folder that holds a file, in the order of their paths. */
  all(): readonly Folder[] {
    return [...this.#folders.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, folder]) => folder);
  }

  /** A file by folder and kind. */
  get(names: readonly string[], kind: PageFileKind): LoadedFile | null {
    return this.#folders.get(names.join("/"))?.files.get(kind) ?? null;
  }

  /** The files of one kind in a folder and those above it, outermost first. */
  chain(names: readonly string[], kind: PageFileKind): readonly LoadedFile[] {
    const files: LoadedFile[] = [];
    for (let depth = 0; depth <= names.length; depth++) {
      const file = this.get(names.slice(0, depth), kind);
      if (file !== null) files.push(file);
    }
    return files;
  }

  layout(file: LoadedFile): LayoutEntry {
    const known = this.#layouts.get(file);
    if (known !== undefined) return known;
    const entry = Object.freeze({ file: file.file, component: readLayoutModule(file.exports, file.file) });
    this.#layouts.set(file, entry);
    return entry;
  }

  page(file: LoadedFile): ReadPage {
    const known = this.#pages.get(file);
    if (known !== undefined) return known;
    const page = readPageModule(file.exports, file.file);
    this.#pages.set(file, page);
    return page;
  }

  /** The providers a page has: its own, and those above it that are inherited; the nearest of one name wins. */
  context(names: readonly string[], own: LoadedFile | null): PageContextMap {
    return new Map(Array.from(this.#declared(names, own), ([name, { value }]) => [name, value]));
  }

  /** The same, each behind the guard of the page it is asked for at, and behind that of the page that declares it. */
  guardedContext(names: readonly string[], own: LoadedFile | null, context: PageContextMap): PageContextMap {
    const declared = this.#declared(names, own);
    const guard = own === null ? null : this.#guard(own);
    return behindGuards(context, (name) => {
      const file = declared.get(name)?.file;
      const guards = [guard, file === undefined || file === own ? null : this.#guard(file)];
      return guards.filter((guard) => guard !== null);
    });
  }

  #declared(
    names: readonly string[],
    own: LoadedFile | null,
  ): ReadonlyMap<string, { readonly value: Dependency<unknown>; readonly file: LoadedFile }> {
    const declared = new Map<string, { readonly value: Dependency<unknown>; readonly file: LoadedFile }>();
    for (const file of new Set([...this.chain(names, "page"), ...(own === null ? [] : [own])])) {
      for (const { name, inherited, provider } of this.page(file).context) {
        if (inherited || file === own) declared.set(name, { value: this.#dependency(provider, name), file });
      }
    }
    return declared;
  }

  // One for each page: the request's cache knows it by identity, and a page is asked once, by whatever way it is reached.
  #guard(file: LoadedFile): Dependency<PageVerdict> | null {
    const known = this.#guards.get(file);
    if (known !== undefined) return known;
    const render = renderOf(this.page(file));
    const { folders } = file;
    const guard = render === null ? null : pageGuard({
      file: file.file,
      pattern: parsePattern(folders.join("/")),
      render,
      context: this.context(folders, file),
    });
    this.#guards.set(file, guard);
    return guard;
  }

  // One dependency for each provider and name: the request's cache knows them by identity, and a provider that is
  // reached by way of two pages is to run once.
  #dependency(provider: ContextFunction, name: string): Dependency<unknown> {
    const byName = this.#providers.get(provider) ?? new Map<string, Dependency<unknown>>();
    this.#providers.set(provider, byName);
    const known = byName.get(name);
    if (known !== undefined) return known;
    // Not disposed: a provider often hands out what outlives the request, such as a database, and cannot say so.
    const made = dependency(`context:${name}`, provider, { dispose: false });
    byName.set(name, made);
    return made;
  }
}

function readRoutes(tree: FolderTree, warnings: string[]): PageRoute[] {
  const routes: PageRoute[] = [];
  for (const { names, files } of tree.all()) {
    const page = files.get("page") ?? null;
    const template = files.get("template") ?? null;
    // Read even where no page is below: a layout that is broken is to be heard of before its first page comes.
    for (const layout of tree.chain(names, "layout")) tree.layout(layout);
    if (page === null && template === null) continue;
    const read = page === null ? null : tree.page(page);
    const drawn = template === null ? null : readTemplateModule(template.exports, template.file, "a template");
    const render = read === null ? null : renderOf(read);
    const component = read?.component ?? drawn;
    if (page !== null && render === null && component === null) {
      throw new TypeError(
        `Cannot use "${page.file}" as a page: it has no body; export a default component or a render function, or put a ` +
          `template.tsx beside it`,
      );
    }
    if (template !== null && read?.component) {
      warnings.push(`"${template.file}" is never drawn: the default export of the page beside it is`);
    }
    const source = page ?? template;
    if (source === null) continue;
    const pattern = patternOf(names, source.file);
    const context = tree.context(names, page);
    routes.push(Object.freeze({
      file: page?.file ?? besides(source.file, "page.tsx"),
      realFile: page?.realFile ?? (source.realFile === null ? null : join(dirname(source.realFile), "page.tsx")),
      hasTemplate: template !== null,
      pattern,
      render,
      component,
      layouts: layoutsOf(tree, names),
      head: headOf(tree, names, template, page),
      context,
      guardedContext: tree.guardedContext(names, page, context),
    }));
  }
  return routes;
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
  return rootPage(tree, file, render, read.component, tree.context([], file));
}

function readErrorPage(tree: FolderTree): PageRoute | null {
  const file = tree.get([], "error");
  if (file === null) return null;
  const component = readTemplateModule(file.exports, file.file, "the error page");
  return rootPage(tree, file, null, component, tree.context([], null));
}

function rootPage(
  tree: FolderTree,
  file: LoadedFile,
  render: RenderFunction | null,
  component: PageComponent | null,
  context: PageContextMap,
): PageRoute {
  return Object.freeze({
    file: file.file,
    realFile: file.realFile,
    hasTemplate: false,
    pattern: "/",
    render,
    component,
    layouts: layoutsOf(tree, []),
    head: headOf(tree, [], null, file),
    context,
    // No address leads here, so that nothing but a render of this page asks.
    guardedContext: context,
  });
}

function renderOf({ render, pageClass }: ReadPage): RenderFunction | null {
  if (pageClass === null) return render;
  const instance = pageInstance(pageClass);
  return async (ctx) => (await ctx.deps.get(instance)).render(ctx);
}

function layoutsOf(tree: FolderTree, names: readonly string[]): readonly LayoutEntry[] {
  return Object.freeze(tree.chain(names, "layout").map((file) => tree.layout(file)));
}

function headOf(
  tree: FolderTree,
  names: readonly string[],
  template: LoadedFile | null,
  page: LoadedFile | null,
): readonly Head[] {
  const files = [...tree.chain(names, "layout"), template, page];
  const heads = files.map((file) => file === null ? null : readHead(file.exports));
  return Object.freeze(heads.filter((head) => head !== null));
}

function patternOf(names: readonly string[], file: string): string {
  try {
    return parsePattern(names.join("/")).source;
  } catch (cause) {
    throw new TypeError(`Cannot route "${file}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function besides(file: string, name: string): string {
  return [...file.split("/").slice(0, -1), name].join("/");
}

function findActions(modules: readonly LoadedFile[]): DiscoveredAction[] {
  const found = new Map<Action, DiscoveredAction>();
  for (const module of modules) {
    for (const [exportName, value] of Object.entries(module.exports)) {
      const unfinished = nameWithoutHandler(value);
      if (unfinished !== null) {
        throw new TypeError(
          `Cannot register action "${unfinished}", exported as "${exportName}" from "${module.file}": it has no handler; ` +
            `give action() a function after its options`,
        );
      }
      const actions = isAction(value) ? [value] : exportName === "default" ? methodsOf(value) : [];
      for (const action of actions) {
        if (module.kind !== "page" && module.kind !== "component") throw strayAction(action, module, exportName);
        // Exported by two modules it is still one action, and belongs to the first.
        if (!found.has(action)) found.set(action, Object.freeze({ action, file: module.file, exportName }));
      }
    }
  }
  return [...found.values()];
}

function methodsOf(value: unknown): readonly Action[] {
  return isPageClass(value) ? actionsOfClass(value) : [];
}

function strayAction(action: Action, { file, kind }: LoadedFile, exportName: string): TypeError {
  const page = besides(file, "page.tsx");
  return new TypeError(
    `Cannot register action "${action.name}", exported as "${exportName}" from "${file}": a ${kind} file declares no ` +
      `actions; export it from "${page}" or from "${besides(file, "_components/<name>/component.tsx")}"`,
  );
}

// Names that mean something in a page and nothing elsewhere, so that who writes them is told that nothing reads them.
function warnOfUnread(modules: readonly LoadedFile[]): readonly string[] {
  return modules.flatMap(({ file, kind, exports }) => {
    if (kind === "page" || kind === "not_found" || kind === "component") return [];
    const unread = ["context", "render"].filter((name) => exports[name] !== undefined);
    return unread.map((name) =>
      `The export "${name}" of "${file}" is never read: only a page has one; move it to "${besides(file, "page.tsx")}"`
    );
  });
}
