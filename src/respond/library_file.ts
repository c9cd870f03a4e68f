// Serves the files of this library that browsers load: the runtime, the base style and the speculation rules.
import { ifNoneMatch } from "@std/http/etag";
import { CLIENT_FILES, type ClientFile } from "../client_bundle.ts";
import { isReadMethod, methodResponse, optionsResponse, READ_METHODS } from "../http/methods.ts";
import { BASE_STYLE_PATH, CLIENT_PATH } from "../protocol/names.ts";
import { SPECULATION_RULES, SPECULATION_RULES_PATH } from "./speculation.ts";
import { BASE_STYLE, BASE_STYLE_ETAG } from "../style/base_css.ts";

/** A file of the library. */
interface LibraryFile {
  readonly etag: string;
  readonly text: string;
  readonly contentType: string;
  /** If `true`, the content at this URL never changes (RFC 8246). */
  readonly isImmutable: boolean;
}

/** The folder of the files. */
const FOLDER = CLIENT_PATH.slice(0, CLIENT_PATH.lastIndexOf("/") + 1);

/** `<name>-<contract>-<build>.js`: see `tests/support/bundle_client.ts`. */
const PART_NAME = /^([a-z_]+-\w{4})-\w{4}\.js$/;

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE: LibraryFile = {
  etag: BASE_STYLE_ETAG,
  text: BASE_STYLE,
  contentType: "text/css; charset=utf-8",
  isImmutable: false,
};

const RULES: LibraryFile = {
  // The path has a number for the content.
  etag: '"rules"',
  text: SPECULATION_RULES,
  contentType: "application/speculationrules+json",
  isImmutable: true,
};
const OTHER_FILES: ReadonlyMap<string, LibraryFile> = new Map([
  [BASE_STYLE_PATH, STYLE],
  [SPECULATION_RULES_PATH, RULES],
]);

const encoder = new TextEncoder();

/** Returns a file of the library; `null` for any other path. */
export function libraryFile(request: Request, { pathname }: URL): Response | null {
  if (!pathname.startsWith(FOLDER)) return null;
  const file = OTHER_FILES.get(pathname) ?? runtimeFile(pathname);
  if (file === null) return null;
  if (request.method === "OPTIONS") return optionsResponse(READ_METHODS);
  if (!isReadMethod(request.method)) return methodResponse(READ_METHODS);
  const headers = new Headers({
    etag: file.etag,
    "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    "content-type": file.contentType,
    "x-content-type-options": "nosniff",
    // A page of another origin may load it, from a host for static files: the files are the same for everyone.
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
  });
  if (!ifNoneMatch(request.headers.get("if-none-match"), file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  if (request.method === "HEAD") headers.set("content-length", String(encoder.encode(file.text).length));
  return new Response(file.text, { headers });
}

function runtimeFile(pathname: string): LibraryFile | null {
  const name = pathname.slice(FOLDER.length);
  const exact = CLIENT_FILES.get(name);
  const file = exact ?? currentPart(name);
  if (file === undefined) return null;
  // The name of a part includes its build.
  return { ...file, contentType: SCRIPT, isImmutable: exact !== undefined && pathname !== CLIENT_PATH };
}

/**
 * Returns the current part for a page that was loaded before a deployment, if the part has the same contract with the
 * initial file. Without one, the page offers to be reloaded.
 */
function currentPart(name: string): ClientFile | undefined {
  const wanted = PART_NAME.exec(name)?.[1];
  if (wanted === undefined) return undefined;
  for (const [current, file] of CLIENT_FILES) {
    if (PART_NAME.exec(current)?.[1] === wanted) return file;
  }
  return undefined;
}
