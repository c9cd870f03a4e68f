/**
 * Replaces `@std/path` in a working copy: the functions that this project uses, with the types of the real package. Each function
 * is one file of `path/` in denoland/std. As in the first version 1, only `fromFileUrl` accepts a `URL`.
 */
import { basename as basename_ } from "deno-std/path/basename.js";
import { SEPARATOR as SEPARATOR_ } from "deno-std/path/constants.js";
import { dirname as dirname_ } from "deno-std/path/dirname.js";
import { extname as extname_ } from "deno-std/path/extname.js";
import { fromFileUrl as fromFileUrl_ } from "deno-std/path/from_file_url.js";
import { isAbsolute as isAbsolute_ } from "deno-std/path/is_absolute.js";
import { join as join_ } from "deno-std/path/join.js";
import { normalize as normalize_ } from "deno-std/path/normalize.js";
import { relative as relative_ } from "deno-std/path/relative.js";
import { resolve as resolve_ } from "deno-std/path/resolve.js";
import { toFileUrl as toFileUrl_ } from "deno-std/path/to_file_url.js";

// path/constants.ts
export const SEPARATOR: "\\" | "/" = SEPARATOR_;
export const basename: (path: string, suffix?: string) => string = basename_;
export const dirname: (path: string) => string = dirname_;
export const extname: (path: string) => string = extname_;
export const fromFileUrl: (url: string | URL) => string = fromFileUrl_;
export const isAbsolute: (path: string) => boolean = isAbsolute_;
export const join: (path: string, ...paths: string[]) => string = join_;
export const normalize: (path: string) => string = normalize_;
export const relative: (from: string, to: string) => string = relative_;
export const resolve: (...pathSegments: string[]) => string = resolve_;
export const toFileUrl: (path: string) => URL = toFileUrl_;
