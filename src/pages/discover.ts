// The files of the pages folder: found by a walk on startup, or listed by an application that is compiled or bundled.
import { isAbsolute, join, normalize, relative, resolve, toFileUrl } from "@std/path";
import { IS_WINDOWS } from "../platform/environment.ts";
import { type FolderEntry, listFolder, readFacts, realPath } from "../platform/files.ts";
import { errorCode } from "../platform/system_error.ts";
import { isInside } from "./inside.ts";

/** The role of a file, which its name determines. */
export type PageFileKind = "page" | "template" | "layout" | "component" | "not_found" | "error";

/** A file of the pages folder, not yet imported. */
export interface PageFile {
  /** The role of the file. */
  readonly kind: PageFileKind;
  /** Its path from `baseDir`, with `/` as the separator. Messages and forms name the file by it. */
  readonly file: string;
  /** The names of its folders below the pages folder, outermost first. */
  readonly folders: readonly string[];
  /** Its real path, with links followed; `null` if it was listed, because it need not be on disk. */
  readonly realFile: string | null;
  /** Imports the file. */
  readonly load: () => Promise<unknown>;
}

/** All files of a pages folder. */
export interface PageFiles {
  /** `baseDir` as an absolute path, without following links. */
  readonly baseDir: string;
  /** The files: of a walk in the order of their names, of a list in its order. */
  readonly files: readonly PageFile[];
  /** The files that were ignored, and why. */
  readonly warnings: readonly string[];
}

/**
 * A module in an explicit list of pages, which replaces the walk in an application that is compiled or bundled.
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
   * The path of the file from `baseDir` or from the pages folder (`pages/notes/[id]/page.tsx`, `layout.tsx`), or the route of a
   * page with a leading slash (`/notes/[id]`), which means its `page.tsx`. Nothing is read from disk.
   */
  readonly path: string;
  /** Imports the module: `() => import("./pages/notes/[id]/page.tsx")`. */
  readonly load: () => Promise<unknown>;
}

const PAGES = "pages";
const COMPONENTS = "_components";
const FILE_NAME = /^(page|template|layout|component|not_found|error)\.(?:tsx|ts|jsx|js)$/;

/**
 * Walks the folder `pages` once. Ignores hidden folders and those that begin with `_`, except `_components`, in which only
 * `component.tsx` (or `.ts`, `.jsx`, `.js`) counts. Follows links, and ignores those that lead outside `baseDir` with a warning.
 *
 * @param givenBase The root of the application.
 * @returns The files; none, and a warning, without a pages folder.
 * @throws {TypeError} When `baseDir` is not a folder, or the pages folder is a link that leads outside it.
 */
export async function discoverPages(givenBase: string): Promise<PageFiles> {
  const baseDir = resolve(givenBase);
  const realBaseDir = await realFolder(baseDir);
  if (realBaseDir === null) {
    throw new TypeError(
      `Cannot find pages: baseDir "${baseDir}" is not a folder; set it to the folder that contains "pages"`,
    );
  }
  const pagesPath = join(baseDir, PAGES);
  const realPages = await realFolder(pagesPath);
  if (realPages === null) {
    const warning =
      `Found no pages: the folder "${pagesPath}" does not exist; create it with a page.tsx, or set baseDir`;
    return { baseDir, files: [], warnings: [warning] };
  }
  if (!isInside(realBaseDir, realPages)) {
    throw new TypeError(
      `Cannot find pages: the pages folder "${realPages}" is outside baseDir "${realBaseDir}"; move it into baseDir`,
    );
  }
  const walk: Walk = { baseDir, realBaseDir, pagesPath, files: [], warnings: [] };
  await walkFolder(walk, [], [realPages]);
  if (walk.files.length === 0) walk.warnings.push(...await explainNoPages(pagesPath));
  return { baseDir, files: walk.files, warnings: walk.warnings };
}

/**
 * Returns the files of an explicit list, as a walk would have found them.
 *
 * @throws {TypeError} When a path is neither a file below `baseDir` nor a route.
 */
export function pagesFromList(list: readonly PageEntry[], baseDir: string): PageFiles {
  const base = resolve(baseDir);
  return { baseDir: base, files: list.map((entry) => listedFile(entry, base)), warnings: [] };
}

/** Names the scripts of a pages folder without pages: other frameworks name their pages differently. */
async function explainNoPages(pagesPath: string): Promise<string[]> {
  const entries = await listFolder(pagesPath);
  const scripts = entries.filter(({ name }) => /\.[jt]sx?$/.test(name)).map(({ name }) => `"${name}"`).toSorted();
  if (scripts.length === 0) return [];
  const some = scripts.slice(0, 5).join(", ");
  return [
    `Found no pages in "${pagesPath}": it contains ${some}; a page is a file "page.tsx" in the folder of its URL`,
  ];
}

interface Walk {
  readonly baseDir: string;
  readonly realBaseDir: string;
  readonly pagesPath: string;
  readonly files: PageFile[];
  readonly warnings: string[];
}

/** `reals` are the real paths of this folder and of the folders that led to it, the nearest last. */
async function walkFolder(walk: Walk, folders: readonly string[], reals: readonly string[]): Promise<void> {
  const path = join(walk.pagesPath, ...folders);
  const entries = await listFolder(path);
  // The file system guarantees no order, and warnings and actions must come in the same order everywhere.
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const kind = kindOf(entry.name, folders);
    const mayBeFolder = isWalked(entry.name, folders);
    if (kind === null && !mayBeFolder) continue;
    const found = await resolveEntry(walk, join(path, entry.name), join(reals.at(-1) ?? path, entry.name), entry);
    if (found === null) continue;
    if (found.isFile && kind !== null) {
      addFile(walk, kind, [...folders], entry.name, found.real);
    } else if (!found.isFile && mayBeFolder) {
      if (reals.includes(found.real)) {
        walk.warnings.push(
          `Ignored "${pathFromBase(walk, join(path, entry.name))}": the link leads to a folder around it`,
        );
      } else {
        await walkFolder(walk, [...folders, entry.name], [...reals, found.real]);
      }
    }
  }
}

function addFile(walk: Walk, kind: PageFileKind, folders: readonly string[], name: string, realFile: string): void {
  const path = join(walk.pagesPath, ...folders, name);
  const file = pathFromBase(walk, path);
  if (isMisplaced(kind, folders)) walk.warnings.push(`Ignored "${file}": ${ROOT_ONLY}`);
  else walk.files.push({ kind, file, folders, realFile, load: () => import(toFileUrl(path).href) });
}

/** Returns the role of a file by its name and its folders; `null` for a file without one. */
function kindOf(name: string, folders: readonly string[]): PageFileKind | null {
  const kind = fileKind(name);
  const inComponents = folders.includes(COMPONENTS);
  // `_components/component.tsx` is not a component: each component has a folder of its own.
  if (kind === "component") return inComponents && folders.at(-1) !== COMPONENTS ? kind : null;
  return inComponents ? null : kind;
}

function fileKind(name: string): PageFileKind | null {
  // The group of the pattern lists the kinds.
  return (FILE_NAME.exec(name)?.[1] ?? null) as PageFileKind | null;
}

function isWalked(name: string, folders: readonly string[]): boolean {
  if (name.startsWith(".")) return false;
  return !name.startsWith("_") || (name === COMPONENTS && !folders.includes(COMPONENTS));
}

const ROOT_ONLY = "a file of this name counts only in the pages folder itself";

function isMisplaced(kind: PageFileKind, folders: readonly string[]): boolean {
  return (kind === "not_found" || kind === "error") && folders.length > 0;
}

/** Follows an entry of a folder. Returns `null`, with a warning for a link, if it must not or cannot be used. */
async function resolveEntry(
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
    walk.warnings.push(`Ignored "${pathFromBase(walk, path)}": the link leads nowhere`);
    return null;
  }
  if (!isInside(walk.realBaseDir, target)) {
    walk.warnings.push(`Ignored "${pathFromBase(walk, path)}": the link leads outside baseDir, to "${target}"`);
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

function pathFromBase(walk: Walk, path: string): string {
  return toSlashes(relative(walk.baseDir, path));
}

function toSlashes(path: string): string {
  return IS_WINDOWS ? path.replaceAll("\\", "/") : path;
}

function listedFile({ path, load }: PageEntry, baseDir: string): PageFile {
  if (typeof load !== "function") {
    throw new TypeError(
      `Cannot list page "${path}": its load is ${typeof load}; pass a function that imports the page`,
    );
  }
  const misplaced = (reason: string): TypeError =>
    new TypeError(
      `Cannot list page "${path}": ${reason}; pass the path of its file, such as "pages/notes/page.tsx", or its route, such as ` +
        `"/notes"`,
    );
  const name = path.split("/").at(-1) ?? "";
  if (fileKind(name) === null && path.startsWith("/")) {
    const folders = path.split("/").filter((part) => part !== "");
    return { kind: "page", file: [PAGES, ...folders, "page.tsx"].join("/"), folders, realFile: null, load };
  }
  const fromBase = toSlashes(isAbsolute(path) ? relative(baseDir, path) : normalize(path));
  if (fromBase.startsWith("../") || isAbsolute(fromBase)) throw misplaced(`it is outside baseDir "${baseDir}"`);
  const file = fromBase.startsWith(`${PAGES}/`) ? fromBase : `${PAGES}/${fromBase}`;
  const folders = file.split("/").slice(1, -1);
  const kind = kindOf(name, folders);
  if (kind === null) {
    throw misplaced(
      fileKind(name) === null
        ? `"${name}" is none of page, template, layout, component, not_found and error`
        : `"${name}" has no meaning in the folder "${folders.join("/")}"`,
    );
  }
  if (isMisplaced(kind, folders)) throw misplaced(ROOT_ONLY);
  return { kind, file, folders, realFile: null, load };
}
