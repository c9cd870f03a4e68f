/**
 * Static files.
 *
 * @module
 */
import { serveFile } from "@std/http/file-server";
import { join, relative, resolve, SEPARATOR } from "@std/path";
import { isInside } from "./inside.ts";
import { decodeSegments } from "./route.ts";

/** Responds to a request with a file; `null` if there is none for it. */
export type StaticFiles = (request: Request, url: URL) => Promise<Response | null>;

// A leading dot hides a file; on Windows, a colon names a drive or a stream.
const UNSERVED_NAME = Deno.build.os === "windows" ? /^\.|:/ : /^\./;

/**
 * Serves the files of a folder to GET and HEAD requests, with `ETag`, `Last-Modified`, 304 and ranges. Does not serve names that
 * begin with a dot, folders, and links that lead outside the folder.
 *
 * @param dir The folder. It need not exist.
 */
export function createStaticFiles(dir: string): StaticFiles {
  const root = resolve(dir);
  return async (request, url) => {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const names = decodeSegments(url.pathname) ?? [];
    const isServed = names.length > 0 && !names.some((name) => UNSERVED_NAME.test(name));
    const file = isServed ? await findFile(root, names) : null;
    if (file === null) return null;
    const response = await serveFile(request, file.path, { fileInfo: file.info });
    response.headers.delete("server");
    // The extension decides the type: a browser must not run a text file that looks like HTML.
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
}

async function findFile(
  root: string,
  names: readonly string[],
): Promise<{ readonly path: string; readonly info: Deno.FileInfo } | null> {
  try {
    // In sequence: if the first failed, the second would still run after the response.
    const path = await Deno.realPath(join(root, ...names));
    const realRoot = await Deno.realPath(root);
    if (!isInside(realRoot, path) || isHidden(relative(realRoot, path))) return null;
    const info = await Deno.stat(path);
    return info.isFile ? { path, info } : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isHidden(way: string): boolean {
  return way.split(SEPARATOR).some((name) => name.startsWith("."));
}

function isMissing(error: unknown): boolean {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return true;
  if (error instanceof Deno.errors.FilesystemLoop || error instanceof Deno.errors.InvalidData) return true;
  // The name is longer than the file system allows; Deno has no error class for this.
  return error instanceof Error && "code" in error && error.code === "ENAMETOOLONG";
}
