/**
 * The files of the pages folder: found by one walk at the start, or listed by a program that is compiled or bundled.
 *
 * @module
 */
import { isAbsolute, join, normalize, relative, resolve, toFileUrl } from "@std/path";
import { IS_WINDOWS } from "../platform/environment.ts";
import { type FolderEntry, listFolder, readFacts, realPath } from "../platform/files.ts";
import { errorCode } from "../platform/system_error.ts";
import { isInside } from "./inside.ts";

/** What a file is for, told by its name. */
export type PageFileKind = "page" | "template" | "layout" | "component" | "not_found" | "error";

/** One file of the pages folder, not yet imported. */
export interface PageFile {
  /** What it is for. */
  readonly kind: PageFileKind;
  /** Its path from `baseDir`, with `/` between the parts: what it is called in messages and in forms. */
  readonly file: string;
  /** The names of the folders it lies in, from the pages folder on; none for the pages folder itself. */
  readonly folders: readonly string[];
  /** Its real path, links followed; `null` where it was listed and so need not be on any disk. */
  readonly realFile: string | null;
  /** Imports it. */
  readonly load: () => Promise<unknown>;
}

/** All files of a pages folder. */
export interface PageFiles {
  /** `baseDir` as an absolute path, links not followed. */
  readonly baseDir: string;
  /** The files: of a walk in the order of names, of a list in its own. */
  readonly files: readonly PageFile[];
  /** What was left out, and why. */
  readonly warnings: readonly string[];
}

/** Where pages are looked for. */
export interface DiscoverOptions {
  /** The root of the application. */
  readonly baseDir: string;
  /** The pages folder, as a path from `baseDir`. Default: `pages`. */
  readonly pagesDir?: string | undefined;
}

/**
 * One module of an explicit list of pages, which takes the place of the folder walk in programs that are compiled or
 * bundled.
 *
 * @example A page by its route, and a layout by its file
 * ```ts
 * import { createHandler, type LayoutProps } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const Layout = ({ children }: LayoutProps) => children;
 * const handler = createHandler({
 *   pages: [
 *     { path: "/notes/[id]", load: () => Promise.resolve({ default: () => "A note" }) },
 *     { path: "pages/layout.tsx", load: () => Promise.resolve({ default: Layout }) },
 *   ],
 * });
 * const response = await handler(new Request("http://localhost/notes/7"));
 * assertEquals(response.status, 200);
 * ```
 */
export interface PageEntry {
  /**
   * The path of the file, from `baseDir` or from the pages folder on (`pages/notes/[id]/page.tsx`, `pages/layout.tsx`), or the
   * route of a page, which begins with a slash and stands for its `page.tsx` (`/notes/[id]`). Nothing is read from disk.
   */
  readonly path: string;
  /** Imports the module: `() => import("./pages/notes/[id]/page.tsx")`. */
  readonly load: () => Promise<unknown>;
}

const FILE_NAME = /^(page|template|layout|component|not_found|error)\.(?:tsx|ts|jsx|js)$/;
const COMPONENTS = "_components";

/**
 * Walks the pages folder once, in the order of names. Hidden folders and those that begin with `_` are passed by, but for
 * `_components`, in which only `component.tsx` and its like count. Links are followed; what lies outside `baseDir` then is left
 * out with a warning.
 *
 * @param options Where to look.
 * @returns The files that were found; none, with a warning, where there is no pages folder.
 * @throws {TypeError} When `baseDir` is no folder, or the pages folder lies outside it.
 */
export async function discoverPages({ baseDir: givenBase, pagesDir = "pages" }: DiscoverOptions): Promise<PageFiles> {
  const baseDir = resolve(givenBase);
  const realBaseDir = await realFolder(baseDir);
  if (realBaseDir === null) {
    throw new TypeError(
      `Cannot find pages: baseDir "${baseDir}" is no folder; name the folder that holds "${pagesDir}"`,
    );
  }
  const pagesPath = resolve(baseDir, pagesDir);
  const realPages = await realFolder(pagesPath);
  if (realPages === null) {
    const warning =
      `No pages were found: there is no folder "${pagesPath}"; put a page.tsx into it, or name another by baseDir`;
    return { baseDir, files: [], warnings: [warning] };
  }
  if (!isInside(baseDir, pagesPath) || !isInside(realBaseDir, realPages)) {
    throw new TypeError(`Cannot find pages: the pages folder "${realPages}" lies outside baseDir "${realBaseDir}"`);
  }
  const walk: Walk = { baseDir, realBaseDir, pagesPath, files: [], warnings: [] };
  await walkFolder(walk, [], [realPages]);
  if (walk.files.length === 0) walk.warnings.push(...await explainNoPages(pagesPath));
  return { baseDir, files: walk.files, warnings: walk.warnings };
}

/**
 * Makes the files of an explicit list, as a walk would have found them.
 *
 * @param list The modules.
 * @param baseDir The root of the application.
 * @param pagesDir The pages folder, as a path from `baseDir`.
 * @returns The files, in the order of the list.
 * @throws {TypeError} When a path is neither that of a file below `baseDir` nor a route.
 */
export function pagesFromList(list: readonly PageEntry[], baseDir: string, pagesDir: string = "pages"): PageFiles {
  const base = resolve(baseDir);
  const files = list.map(({ path, load }) => {
    if (typeof load !== "function") {
      throw new TypeError(
        `Cannot list page "${path}": its load is ${typeof load}, a function that imports it is needed`,
      );
    }
    return listedFile(path, base, toSlashes(normalize(pagesDir)).replace(/\/$/, ""), load);
  });
  return { baseDir: base, files, warnings: [] };
}

/** Who comes from elsewhere names pages otherwise, and would look for the mistake in every other place first. */
async function explainNoPages(pagesPath: string): Promise<string[]> {
  const entries = await listFolder(pagesPath);
  const scripts = entries.filter(({ name }) => /\.[jt]sx?$/.test(name)).map(({ name }) => `"${name}"`).toSorted();
  if (scripts.length === 0) return [];
  return [
    `No pages were found in "${pagesPath}": it holds ${
      scripts.slice(0, 5).join(", ")
    }; a page is a file "page.tsx" in ` +
    `the folder of its URL`,
  ];
}

interface Walk {
  readonly baseDir: string;
  readonly realBaseDir: string;
  readonly pagesPath: string;
  readonly files: PageFile[];
  readonly warnings: string[];
}

/** `reals` are the real paths of this folder and of those it was reached through, the nearest last. */
async function walkFolder(walk: Walk, folders: readonly string[], reals: readonly string[]): Promise<void> {
  const path = join(walk.pagesPath, ...folders);
  const entries = await listFolder(path);
  // The file system promises no order, and warnings and actions are to come in the same one everywhere.
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const kind = kindOf(entry.name, folders);
    const mayBeFolder = isWalked(entry.name, folders);
    if (kind === null && !mayBeFolder) continue;
    const found = await follow(walk, join(path, entry.name), join(reals.at(-1) ?? path, entry.name), entry);
    if (found === null) continue;
    if (found.isFile && kind !== null) {
      addFile(walk, kind, [...folders], entry.name, found.real);
    } else if (!found.isFile && mayBeFolder) {
      if (reals.includes(found.real)) {
        walk.warnings.push(`Left out "${idOf(walk, join(path, entry.name))}": it is a link to a folder it lies in`);
      } else {
        await walkFolder(walk, [...folders, entry.name], [...reals, found.real]);
      }
    }
  }
}

function addFile(walk: Walk, kind: PageFileKind, folders: readonly string[], name: string, realFile: string): void {
  const path = join(walk.pagesPath, ...folders, name);
  const file = idOf(walk, path);
  if (isRootOnly(kind) && folders.length > 0) {
    walk.warnings.push(`Left out "${file}": a file of this name counts only in the pages folder itself`);
    return;
  }
  walk.files.push({ kind, file, folders, realFile, load: () => import(toFileUrl(path).href) });
}

/** The kind of a file by its name and place; `null` for what is none of ours. */
function kindOf(name: string, folders: readonly string[]): PageFileKind | null {
  const kind = fileKind(name);
  const inComponents = folders.includes(COMPONENTS);
  // `_components/component.tsx` itself belongs to no component: those have a folder each.
  if (kind === "component") return inComponents && folders.at(-1) !== COMPONENTS ? kind : null;
  return inComponents ? null : kind;
}

function fileKind(name: string): PageFileKind | null {
  // The pattern lists the kinds and nothing else.
  return (FILE_NAME.exec(name)?.[1] ?? null) as PageFileKind | null;
}

function isWalked(name: string, folders: readonly string[]): boolean {
  if (name.startsWith(".")) return false;
  return !name.startsWith("_") || (name === COMPONENTS && !folders.includes(COMPONENTS));
}

function isRootOnly(kind: PageFileKind): boolean {
  return kind === "not_found" || kind === "error";
}

/** What stands at a path, links followed; `null`, with a warning, for what must not or cannot be used. */
async function follow(
  walk: Walk,
  path: string,
  real: string,
  entry: FolderEntry,
): Promise<{ readonly isFile: boolean; readonly real: string } | null> {
  if (!entry.isSymlink) return entry.isFile || entry.isDirectory ? { isFile: entry.isFile, real } : null;
  let target: string;
  try {
    target = await realPath(path);
  } catch (error) {
    if (!["ENOENT", "ELOOP"].includes(errorCode(error) ?? "")) throw error;
    walk.warnings.push(`Left out "${idOf(walk, path)}": it is a link that leads nowhere`);
    return null;
  }
  if (!isInside(walk.realBaseDir, target)) {
    walk.warnings.push(`Left out "${idOf(walk, path)}": it is a link that leads out of baseDir, to "${target}"`);
    return null;
  }
  const { isFile, isDirectory } = await readFacts(target);
  return isFile || isDirectory ? { isFile, real: target } : null;
}

async function realFolder(path: string): Promise<string | null> {
  try {
    const real = await realPath(path);
    return (await readFacts(real)).isDirectory ? real : null;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return null;
    throw error;
  }
}

function idOf(walk: Walk, path: string): string {
  return toSlashes(relative(walk.baseDir, path));
}

function toSlashes(path: string): string {
  return IS_WINDOWS ? path.replaceAll("\\", "/") : path;
}

function listedFile(path: string, baseDir: string, pagesDir: string, load: () => Promise<unknown>): PageFile {
  const refuse = (reason: string): TypeError =>
    new TypeError(
      `Cannot list page "${path}": ${reason}; give the path of its file such as "${pagesDir}/notes/page.tsx", or its ` +
        `route such as "/notes"`,
    );
  if (fileKind(path.split("/").at(-1) ?? "") === null && path.startsWith("/")) {
    const folders = path.split("/").filter((part) => part !== "");
    const file = [pagesDir, ...folders, "page.tsx"].filter((part) => part !== ".").join("/");
    return { kind: "page", file, folders, realFile: null, load };
  }
  const fromBase = toSlashes(isAbsolute(path) ? relative(baseDir, path) : normalize(path));
  if (fromBase.startsWith("../") || isAbsolute(fromBase)) throw refuse(`it lies outside baseDir "${baseDir}"`);
  const isBelowPages = pagesDir === "." || fromBase.startsWith(`${pagesDir}/`);
  const file = isBelowPages ? fromBase : `${pagesDir}/${fromBase}`;
  const parts = (pagesDir === "." ? file : file.slice(pagesDir.length + 1)).split("/");
  const folders = parts.slice(0, -1);
  const name = parts.at(-1) ?? "";
  const kind = kindOf(name, folders);
  if (kind === null) {
    const reason = fileKind(name) === null
      ? `"${name}" is none of page, template, layout, component, not_found and error`
      : `"${name}" has no place in folder "${folders.join("/")}"`;
    throw refuse(reason);
  }
  if (isRootOnly(kind) && folders.length > 0) {
    throw refuse("a file of this name counts only in the pages folder itself");
  }
  return { kind, file, folders, realFile: null, load };
}
