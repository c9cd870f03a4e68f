// The folders of the pages folder: what a page inherits from those above it.
import { pageInstance } from "../actions/action.ts";
import type { Dependency } from "../context.ts";
import { dependency } from "../deps/resolver.ts";
import type { PageFileKind } from "./discover.ts";
import type { LoadedFile } from "./load_files.ts";
import { behindGuards, type PageContextMap, pageGuard, type PageVerdict } from "./page_guard.ts";
import type { ContextFunction, Head, LayoutComponent, RenderFunction } from "./page_module.ts";
import { readHead, readLayoutModule, type ReadPage, readPageModule } from "./read_module.ts";
import { parsePattern } from "./route.ts";

/** A layout of a route. */
export interface LayoutEntry {
  readonly file: string;
  readonly component: LayoutComponent;
}

/** A folder, with its files by their role. */
export interface Folder {
  /** The names of the folders that lead to it, outermost first. */
  readonly names: readonly string[];
  readonly files: Map<PageFileKind, LoadedFile>;
}

/** Folders by path. Objects that several pages share are created once: layout components, context functions, guards. */
export class FolderTree {
  readonly #folders = new Map<string, Folder>();
  readonly #layouts = new Map<LoadedFile, LayoutEntry>();
  readonly #pages = new Map<LoadedFile, ReadPage>();
  readonly #providers = new Map<ContextFunction, Map<string, Dependency<unknown>>>();
  readonly #guards = new Map<LoadedFile, Dependency<PageVerdict> | null>();

  constructor(files: readonly LoadedFile[]) {
    for (const file of files) {
      if (file.kind === "component") continue;
      const key = file.folders.join("/");
      const folder = getOrAdd(this.#folders, key, () => ({ names: file.folders, files: new Map() }));
      folder.files.set(file.kind, file);
    }
  }

  /** Returns every folder that contains a file, in the order of their paths. */
  all(): readonly Folder[] {
    return [...this.#folders.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, folder]) => folder);
  }

  get(names: readonly string[], kind: PageFileKind): LoadedFile | null {
    return this.#folders.get(names.join("/"))?.files.get(kind) ?? null;
  }

  /** Returns the layouts of a folder, outermost first. */
  layouts(names: readonly string[]): readonly LayoutEntry[] {
    return Object.freeze(
      this.#chain(names, "layout").map((file) =>
        getOrAdd(this.#layouts, file, () => ({ file: file.file, component: readLayoutModule(file.exports, file.file) }))
      ),
    );
  }

  /** Returns the heads of the layouts of a folder, then of files, outermost first. */
  heads(names: readonly string[], ...files: readonly (LoadedFile | null)[]): readonly Head[] {
    const heads = [...this.#chain(names, "layout"), ...files].map((file) => file && readHead(file.exports));
    return Object.freeze(heads.filter((head) => head !== null));
  }

  /** Returns a page module, checked. */
  page(file: LoadedFile): ReadPage {
    return getOrAdd(this.#pages, file, () => readPageModule(file.exports, file.file));
  }

  /** Returns the context of a page: its own values and the inherited ones. The nearest overrides others of the same name. */
  context(names: readonly string[], own: LoadedFile | null): PageContextMap {
    return new Map(Array.from(this.#declared(names, own), ([name, { value }]) => [name, value]));
  }

  /** Returns the same context, each value behind the guard of this page and of the page that declares it. */
  guardedContext(names: readonly string[], own: LoadedFile | null, context: PageContextMap): PageContextMap {
    const declared = this.#declared(names, own);
    const guard = own === null ? null : this.guard(own);
    return behindGuards(context, (name) => {
      const file = declared.get(name)?.file;
      const guards = [guard, file === undefined || file === own ? null : this.guard(file)];
      return guards.filter((guard) => guard !== null);
    });
  }

  /** Returns the files of one role in a folder and those above it, outermost first. */
  #chain(names: readonly string[], kind: PageFileKind): readonly LoadedFile[] {
    const files = Array.from({ length: names.length + 1 }, (_, depth) => this.get(names.slice(0, depth), kind));
    return files.filter((file) => file !== null);
  }

  #declared(names: readonly string[], own: LoadedFile | null): ReadonlyMap<string, DeclaredValue> {
    const declared = new Map<string, DeclaredValue>();
    for (const file of new Set([...this.#chain(names, "page"), ...(own === null ? [] : [own])])) {
      for (const { name, inherited, provider } of this.page(file).context) {
        if (inherited || file === own) declared.set(name, { value: this.#dependency(provider, name), file });
      }
    }
    return declared;
  }

  /** Returns the guard of a page. One for each page: the request's cache finds it by identity, so that it runs once in a request. */
  guard(file: LoadedFile): Dependency<PageVerdict> | null {
    return getOrAdd(this.#guards, file, () => {
      const render = renderOf(this.page(file));
      if (render === null) return null;
      const { folders } = file;
      const pattern = parsePattern(folders.join("/"));
      return pageGuard({ file: file.file, pattern, render, context: this.context(folders, file) });
    });
  }

  // One for each context function and name: the request's cache finds it by identity, so that a function that two pages share
  // runs once in a request.
  #dependency(provider: ContextFunction, name: string): Dependency<unknown> {
    const byName = getOrAdd(this.#providers, provider, () => new Map<string, Dependency<unknown>>());
    // Not disposed: a context function often returns a value that outlives the request, such as a database.
    return getOrAdd(byName, name, () => dependency(`context:${name}`, provider, { dispose: false }));
  }
}

interface DeclaredValue {
  readonly value: Dependency<unknown>;
  readonly file: LoadedFile;
}

/** Returns the `render` of a page module; of a page class, that of the request's instance. */
export function renderOf({ render, pageClass }: ReadPage): RenderFunction | null {
  if (pageClass === null) return render;
  const instance = pageInstance(pageClass);
  return async (ctx) => (await ctx.deps.get(instance)).render(ctx);
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
