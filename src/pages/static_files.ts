// Static files.
import { join, relative, resolve, SEPARATOR } from "@std/path";
import { isConditional, judgePreconditions } from "../http/conditional.ts";
import { isReadMethod, methodResponse, optionsResponse, READ_METHODS } from "../http/methods.ts";
import { IS_WINDOWS } from "../platform/environment.ts";
import { realPath } from "../platform/files.ts";
import { serveRegularFile } from "../platform/serve_file.ts";
import { errorCode } from "../platform/system_error.ts";
import { fingerprintOf, splitFingerprint } from "./fingerprint.ts";
import { isInside } from "./inside.ts";
import { decodeSegments } from "./route.ts";

/** Responds to a request with a file; `null` if there is none for it. */
export type StaticFiles = (request: Request, url: URL) => Promise<Response | null>;

// A leading dot hides a file; on Windows, a colon names a drive or a stream.
const UNSERVED_NAME = IS_WINDOWS ? /^\.|:/ : /^\./;
/** The statuses of responses that have, or confirm, the content of a file. */
const CONTENT: readonly number[] = [200, 206, 304];

/** `Cache-Control` of a file under the fingerprint of its content, which never changes (RFC 8246). */
const IMMUTABLE = "public, max-age=31536000, immutable";
/** `Cache-Control` of every other file: a cache may keep it, and asks whether it has changed. */
const REVALIDATE = "no-cache";

/**
 * Serves the files of a folder to GET and HEAD requests, with `ETag`, `Last-Modified`, 304 and ranges. Responds to OPTIONS with
 * `Allow`, to other methods with 405. Does not serve names that begin with a dot, folders, and links that lead outside the folder.
 *
 * A file is also served under its name with a fingerprint, as `asset()` returns it: immutable if the fingerprint is that of its
 * content, else as without one.
 *
 * @param dir The folder. It need not exist.
 */
export function createStaticFiles(dir: string): StaticFiles {
  const root = resolve(dir);
  return async (request, url) => {
    const names = decodeSegments(url.pathname) ?? [];
    if (!isServable(names)) return null;
    const response = await serveFound(root, names, request) ?? await serveFingerprinted(root, names, request);
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

/** Returns whether files with such a path are served. */
export function isServable(names: readonly string[]): boolean {
  return names.length > 0 && !names.some((name) => UNSERVED_NAME.test(name));
}

async function serveFound(root: string, names: readonly string[], request: Request): Promise<Response | null> {
  const path = await findFile(root, names);
  return path === null ? null : await servePath(request, path, null);
}

/** Serves a file under its name with a fingerprint; `null` if the name has none, or the file does not exist. */
async function serveFingerprinted(root: string, names: readonly string[], request: Request): Promise<Response | null> {
  const split = splitFingerprint(names.at(-1) ?? "");
  if (split === null) return null;
  const path = await findFile(root, [...names.slice(0, -1), split.name]);
  return path === null ? null : await servePath(request, path, split.fingerprint);
}

/** Returns the path of a file of a folder, with links followed; `null` if there is none. */
async function findFile(root: string, names: readonly string[]): Promise<string | null> {
  try {
    // In sequence: if the first failed, the second would still run after the response.
    const path = await realPath(join(root, ...names));
    return isVisibleIn(await realPath(root), path) ? path : null;
  } catch (error) {
    if (isUnknownFile(error)) return null;
    throw error;
  }
}

/** Returns whether a path is inside a folder and not hidden in it. Both are real paths. */
export function isVisibleIn(realRoot: string, path: string): boolean {
  return isInside(realRoot, path) && !isHidden(relative(realRoot, path));
}

async function servePath(request: Request, path: string, fingerprint: string | null): Promise<Response | null> {
  try {
    // Before and after the file is opened: between them it cannot have changed.
    const isCurrent = fingerprint !== null && fingerprintOf(path) === fingerprint;
    const response = isConditional(request)
      ? await serveConditional(request, path)
      : await serveRegularFile(request, path);
    const isImmutable = isCurrent && CONTENT.includes(response?.status ?? 0) && fingerprintOf(path) === fingerprint;
    response?.headers.set("cache-control", isImmutable ? IMMUTABLE : REVALIDATE);
    return response;
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
export function isUnknownFile(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "InvalidData"].includes(errorCode(error) ?? "");
}
