// `asset()`: the URL of a static file, with its fingerprint.

import { join } from "@std/path";
import { realPathSync } from "../platform/files.ts";
import { addFingerprint, fingerprintOf } from "./fingerprint.ts";
import { decodeSegments } from "./route.ts";
import { isServable, isUnknownFile, isVisibleIn } from "./static_files.ts";

/** Milliseconds for which a file is not looked at again. */
const FRESH_MS = 1_000;

/** The URL of a file as it was named last. */
interface Named {
  readonly url: string;
  readonly until: number;
}

// The folders of the handlers of this process, the newest last. A page calls `asset()` where it has no handler: in a module that is
// being loaded, in a function of its head, in an async component.
const folders = new Set<string>();
// One entry for each file that the application names.
const named = new Map<string, Named>();

/** Adds a folder of static files, in which {@linkcode asset} looks first. */
export function addAssetFolder(folder: string): void {
  folders.delete(folder);
  folders.add(folder);
  named.clear();
}

/**
 * Returns the URL of a file in `static/` with a fingerprint of its content: `/style.css` becomes `/style.4f3a9c02d1b7.css`. The
 * handler serves it with `Cache-Control: public, max-age=31536000, immutable`, so that a browser requests it once; after a change
 * the URL is another one. Pages that were rendered before the change still get the file: its current content, which is then not
 * cached without revalidation.
 *
 * A change of the file is noticed within a second. A file of more than 16 MiB (16,777,216 bytes) has no fingerprint; its URL is
 * the path. So has every file if no handler has a `baseDir`. With several handlers in one process, the folder of the newest one
 * that has the file is used.
 *
 * @param path The path below `static/`, as in a URL: it starts with `/`, and a query and a fragment are kept.
 * @returns Path, query and fragment.
 * @throws {TypeError} When the path does not start with one `/`, or no handler serves such a file.
 *
 * @example
 * ```ts
 * import { asset, createHandler } from "@hyper/actions";
 * import { assertEquals, assertMatch } from "@std/assert";
 *
 * const baseDir = await Deno.makeTempDir();
 * await Deno.mkdir(`${baseDir}/static`);
 * await Deno.writeTextFile(`${baseDir}/static/style.css`, "h1 { color: green }");
 * const handler = createHandler({ baseDir, pages: [] });
 *
 * const url = asset("/style.css");
 * assertMatch(url, /^\/style\.[0-9a-f]{12}\.css$/);
 * const response = await handler(new Request(`http://localhost${url}`));
 * assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
 * await response.body?.cancel();
 * await handler.close();
 * await Deno.remove(baseDir, { recursive: true });
 * ```
 */
export function asset(path: string): string {
  const end = path.search(/[?#]/);
  const file = end === -1 ? path : path.slice(0, end);
  const now = Date.now();
  const last = named.get(file);
  if (last !== undefined && now < last.until) return last.url + path.slice(file.length);
  // A file that was removed under a running process, as by a deployment, keeps its last URL: the page must not fail.
  const url = nameFile(file) ?? last?.url;
  if (url === undefined) {
    throw new TypeError(
      `Cannot name asset "${path}": static/ has no such file; check the path, which starts at static/ with a slash`,
    );
  }
  named.set(file, { url, until: now + FRESH_MS });
  return url + path.slice(file.length);
}

/** Returns the URL of a file; `null` if no folder has it. */
function nameFile(path: string): string | null {
  if (!/^\/(?![/\\])/.test(path)) {
    throw new TypeError(`Cannot name asset "${path}": it is not a path; pass a path that starts with one slash`);
  }
  const { pathname } = new URL(path, "http://asset.invalid");
  if (folders.size === 0) return pathname;
  const names = decodeSegments(pathname) ?? [];
  if (!isServable(names)) return null;
  for (const folder of [...folders].reverse()) {
    const fingerprint = fingerprintIn(folder, names);
    if (fingerprint !== undefined) return fingerprint === null ? pathname : addFingerprint(pathname, fingerprint);
  }
  return null;
}

/** Returns the fingerprint of a file of a folder; `null` if it has none, `undefined` if the file does not exist. */
function fingerprintIn(folder: string, names: readonly string[]): string | null | undefined {
  try {
    const file = realPathSync(join(folder, ...names));
    return isVisibleIn(realPathSync(folder), file) ? fingerprintOf(file) : undefined;
  } catch (error) {
    if (isUnknownFile(error)) return undefined;
    throw error;
  }
}
