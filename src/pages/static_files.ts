/**
 * Static files.
 *
 * @module
 */
import { join, relative, resolve, SEPARATOR } from "@std/path";
import { isConditional, judgePreconditions } from "../http/conditional.ts";
import { isReadMethod, methodResponse, optionsResponse, READ_METHODS } from "../http/methods.ts";
import { IS_WINDOWS } from "../platform/environment.ts";
import { realPath } from "../platform/files.ts";
import { serveRegularFile } from "../platform/serve_file.ts";
import { errorCode } from "../platform/system_error.ts";
import { isInside } from "./inside.ts";
import { decodeSegments } from "./route.ts";

/** Responds to a request with a file; `null` if there is none for it. */
export type StaticFiles = (request: Request, url: URL) => Promise<Response | null>;

// A leading dot hides a file; on Windows, a colon names a drive or a stream.
const UNSERVED_NAME = IS_WINDOWS ? /^\.|:/ : /^\./;

/**
 * Serves the files of a folder to GET and HEAD requests, with `ETag`, `Last-Modified`, 304 and ranges. Responds to OPTIONS with
 * `Allow`, to other methods with 405. Does not serve names that begin with a dot, folders, and links that lead outside the folder.
 *
 * @param dir The folder. It need not exist.
 */
export function createStaticFiles(dir: string): StaticFiles {
  const root = resolve(dir);
  return async (request, url) => {
    const names = decodeSegments(url.pathname) ?? [];
    const isServed = names.length > 0 && !names.some((name) => UNSERVED_NAME.test(name));
    const response = isServed ? await serveFound(root, names, request) : null;
    if (response === null) return null;
    if (!isReadMethod(request.method)) {
      await response.body?.cancel();
      return request.method === "OPTIONS" ? optionsResponse(READ_METHODS) : methodResponse(READ_METHODS);
    }
    response.headers.delete("server");
    // The extension decides the type: a browser must not run a text file that looks like HTML.
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
}

async function serveFound(root: string, names: readonly string[], request: Request): Promise<Response | null> {
  try {
    // In sequence: if the first failed, the second would still run after the response.
    const path = await realPath(join(root, ...names));
    const realRoot = await realPath(root);
    if (!isInside(realRoot, path) || isHidden(relative(realRoot, path))) return null;
    return isConditional(request) ? await serveConditional(request, path) : await serveRegularFile(request, path);
  } catch (error) {
    if (isUnknownFile(error)) return null;
    throw error;
  }
}

/** Responds to a conditional request. `@std/http` evaluates only two of the preconditions, and none for HEAD. */
async function serveConditional(request: Request, path: string): Promise<Response | null> {
  const current = await serveRegularFile(new Request(request.url, { method: "HEAD" }), path);
  if (current === null) return null;
  const headers = new Headers(request.headers);
  switch (judgePreconditions(request, current.headers)) {
    case "failed":
      return new Response(null, { status: 412 });
    case "unmodified":
      for (const name of ["content-length", "content-type"]) current.headers.delete(name);
      return new Response(null, { status: 304, headers: current.headers });
    case "whole":
      headers.delete("range");
      return await serveRegularFile(new Request(request.url, { method: request.method, headers }), path);
    case "passed":
      return await serveRegularFile(request, path);
  }
}

function isHidden(way: string): boolean {
  return way.split(SEPARATOR).some((name) => name.startsWith("."));
}

/** Returns whether an error means that the file does not exist. A cycle of links and a name that is too long or not UTF-8 count too. */
function isUnknownFile(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "InvalidData"].includes(errorCode(error) ?? "");
}
