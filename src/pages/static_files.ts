/**
 * Files that are served as they lie on disk.
 *
 * @module
 */
import { serveFile } from "@std/http/file-server";
import { join, relative, resolve, SEPARATOR } from "@std/path";
import { isInside } from "./inside.ts";

/** Answers a request with a file, or `null` where there is none for it. */
export type StaticFiles = (request: Request, url: URL) => Promise<Response | null>;

// A slash or backslash that was encoded, a control character, and on Windows the colon of a drive or stream.
// deno-lint-ignore no-control-regex
const UNSAFE_IN_NAME = Deno.build.os === "windows" ? /[\u0000-\u001f\u007f/\\:]/ : /[\u0000-\u001f\u007f/\\]/;

/**
 * Serves the files below a folder to GET and HEAD, with `ETag`, `Last-Modified`, 304 and ranges. Names that begin with a dot,
 * folders, and links that lead out of the folder are not served.
 *
 * @param dir The folder. It need not exist.
 * @returns What answers requests.
 */
export function createStaticFiles(dir: string): StaticFiles {
  const root = resolve(dir);
  return async (request, url) => {
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const names = decodeNames(url.pathname);
    const file = names === null ? null : await findFile(root, names);
    if (file === null) return null;
    const response = await serveFile(request, file.path, { fileInfo: file.info });
    response.headers.delete("server");
    // What is served is what its name says: a text that looks like HTML is not run as such.
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
}

/** The names a path consists of, each decoded once; `null` for what no file of ours is called. */
function decodeNames(pathname: string): readonly string[] | null {
  const names: string[] = [];
  for (const encoded of pathname.slice(1).split("/")) {
    let name: string;
    try {
      name = decodeURIComponent(encoded);
    } catch {
      // URIError: not the percent-encoding of UTF-8, so no name of ours.
      return null;
    }
    // A leading dot covers `.` and `..` too.
    if (name === "" || name.startsWith(".") || UNSAFE_IN_NAME.test(name)) return null;
    names.push(name);
  }
  return names;
}

async function findFile(
  root: string,
  names: readonly string[],
): Promise<{ readonly path: string; readonly info: Deno.FileInfo } | null> {
  try {
    // One after the other: where the first fails, the second would be left behind under way.
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
  // A name longer than the file system allows; Deno has no class for it.
  return error instanceof Error && "code" in error && error.code === "ENAMETOOLONG";
}
