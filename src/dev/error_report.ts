// Creates the report of an error: message, stack, position in the application, and the source around it.
import { fromFileUrl, relative } from "@std/path";
import { isInside } from "../pages/inside.ts";
import { readFacts, readTextFile, realPath } from "../platform/files.ts";
import { inspect } from "../platform/inspect.ts";
import type { ErrorReport, SourceLine } from "../protocol/dev.ts";
import { type Frame, framesOf } from "./stack_frames.ts";

/** Number of source lines before and after the position. */
const AROUND = 4;
/** Maximum length of a message, a stack and a line, in characters. */
const MAX_MESSAGE = 4_000;
const MAX_STACK = 20_000;
const MAX_LINE = 400;
/** Maximum size of a source file, in bytes. */
const MAX_FILE = 2_000_000;
/** Maximum number of causes: they may be circular. */
const MAX_CAUSES = 8;

/** Context of an error. */
export interface ErrorOrigin {
  /** The failed operation. */
  readonly where: string;
  /** The request ID, or `null`. */
  readonly requestId: string | null;
  /** Root folder of the application, or `null`. Only source files in it are shown. */
  readonly baseDir: string | null;
}

/** A position in a file. */
interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Creates the report of an error. A source that cannot be read is omitted. */
export async function reportOf(error: unknown, { where, requestId, baseDir }: ErrorOrigin): Promise<ErrorReport> {
  const { message, stack, frames } = readError(error);
  const place = baseDir === null ? null : findPlace(frames, baseDir);
  const source = place === null || baseDir === null ? [] : await linesAround(place, baseDir);
  return {
    where: truncate(where, MAX_LINE),
    requestId,
    message: truncate(message, MAX_MESSAGE),
    stack: truncate(stack, MAX_STACK),
    place: place === null || baseDir === null ? null : `${relative(baseDir, place.path)}:${place.line}:${place.column}`,
    source,
    line: place?.line ?? 0,
  };
}

/** The readable parts of an error. */
interface Reading {
  readonly message: string;
  readonly stack: string;
  readonly frames: readonly Frame[];
}

function readError(error: unknown): Reading {
  try {
    const chain = chainOf(error);
    return { message: errorMessage(error), stack: stackOf(chain), frames: chain.flatMap(framesOf) };
  } catch {
    // A getter of the error throws. It was already logged; only this view of it is incomplete.
    return { message: "An error whose properties cannot be read", stack: "", frames: [] };
  }
}

function errorMessage(error: unknown): string {
  return printable(
    error instanceof Error ? `${propertyText(error.name)}: ${propertyText(error.message)}` : inspect(error),
  );
}

/** Returns a property of an error as text; it may have any type. */
function propertyText(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}

/** Returns the error and its causes. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  let next = error;
  do {
    chain.push(next);
    next = next instanceof Error ? next.cause : undefined;
  } while (next !== undefined && chain.length < MAX_CAUSES);
  return chain;
}

function stackOf(chain: readonly unknown[]): string {
  const stacks = chain.map((each) =>
    each instanceof Error ? propertyText(each.stack ?? errorMessage(each)) : inspect(each)
  );
  return printable(stacks.join("\nCaused by: "));
}

/** Finds the innermost position in a module of the application. */
function findPlace(frames: readonly Frame[], baseDir: string): Place | null {
  for (const { url, line, column } of frames) {
    const path = filePath(url);
    if (path !== null && isModule(path, baseDir)) return { path, line, column };
  }
  return null;
}

/** Files that are modules. */
const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * Returns `true` if a path can be that of a module of the application. A path from a stack is checked too, because an
 * error message that contains user input can imitate a stack frame.
 */
function isModule(path: string, baseDir: string): boolean {
  const segments = relative(baseDir, path).split(/[/\\]/);
  // A segment with a leading dot is hidden, or leads out of the root folder. On Windows, a path to another drive has
  // no such segment.
  return MODULE.test(path) && !segments.some((segment) => segment.startsWith(".") || segment === "node_modules") &&
    isInside(baseDir, path);
}

function filePath(url: string): string | null {
  try {
    return fromFileUrl(url);
  } catch {
    return null; // An invalid escape: not the URL of a file.
  }
}

async function linesAround({ path, line }: Place, baseDir: string): Promise<readonly SourceLine[]> {
  try {
    // Links are resolved first: one in the root folder may lead out of it.
    const [root, real] = await Promise.all([realPath(baseDir), realPath(path)]);
    if (!isModule(real, root)) return [];
    const { size, isFile } = await readFacts(path);
    if (!isFile || size > MAX_FILE) return [];
    const lines = (await readTextFile(path)).split(/\r\n|[\r\n]/);
    const first = Math.max(1, line - AROUND);
    return lines.slice(first - 1, line + AROUND).map((text, index) => ({
      line: first + index,
      text: truncate(printable(text), MAX_LINE),
    }));
  } catch {
    return []; // Deleted or not readable. The stack still has the position.
  }
}

/** Removes color codes of terminals, and replaces other control characters. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/\x1b\[[\d;]*m/g, "").replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "\ufffd");
}

function truncate(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
