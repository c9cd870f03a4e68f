/**
 * Files that are served as they lie on disk.
 *
 * @module
 */
import { join, relative, resolve, SEPARATOR } from "@std/path";
import { IS_WINDOWS } from "../platform/environment.ts";
import { realPath } from "../platform/files.ts";
import { serveRegularFile } from "../platform/serve_file.ts";
import { errorCode } from "../platform/system_error.ts";
import { isInside } from "./inside.ts";

/** Answers a request with a file, or `null` where there is none for it. */
export type StaticFiles = (request: Request, url: URL) => Promise<Response | null>;

// A slash or backslash that was encoded, a control character, and on Windows the colon of a drive or stream.
// deno-lint-ignore no-control-regex
const UNSAFE_IN_NAME = IS_WINDOWS ? /[\u0000-\u001f\u007f/\\:]/ : /[\u0000-\u001f\u007f/\\]/;

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
    const response = names === null ? null : await serveFound(root, names, request);
    if (response === null) return null;
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

async function serveFound(root: string, names: readonly string[], request: Request): Promise<Response | null> {
  try {
    // One after the other: where the first fails, the second would be left behind under way.
    const path = await realPath(join(root, ...names));
    const realRoot = await realPath(root);
    if (!isInside(realRoot, path) || isHidden(relative(realRoot, path))) return null;
    return await serveRegularFile(request, path);
  } catch (error) {
    if (isUnknownFile(error)) return null;
    throw error;
  }
}

function isHidden(way: string): boolean {
  return way.split(SEPARATOR).some((name) => name.startsWith("."));
}

/** Returns whether an error means that no file has this name: links in a circle, names that are too long or not UTF-8. */
function isUnknownFile(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "InvalidData"].includes(errorCode(error) ?? "");
}
