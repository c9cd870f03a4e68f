/**
 * An error → what a developer wants to know of it: message, stack, the place in the application, the lines around it.
 *
 * @module
 */
import { fromFileUrl, relative } from "@std/path";
import { isInside } from "../pages/inside.ts";
import { readFacts, readTextFile, realPath } from "../platform/files.ts";
import { inspect } from "../platform/inspect.ts";
import type { ErrorReport, SourceLine } from "../protocol/dev.ts";
import { type Frame, framesOf } from "./stack_frames.ts";

/** How many lines are shown before and after the one at fault. */
const AROUND = 4;
/** The most characters of a message, of a stack and of a line; what is longer helps nobody. */
const MAX_MESSAGE = 4_000;
const MAX_STACK = 20_000;
const MAX_LINE = 400;
/** The most bytes of a file that is looked into. */
const MAX_FILE = 2_000_000;
/** How many causes are followed: they may lead in a circle. */
const MAX_CAUSES = 8;

/** What an error belongs to. */
export interface ErrorOrigin {
  /** Where it went wrong. */
  readonly where: string;
  /** The id of the request, or `null`. */
  readonly requestId: string | null;
  /** The root of the application: the source of nothing else is shown. `null` where it has none. */
  readonly baseDir: string | null;
}

/** A place in a file. */
interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Makes the report of an error. Never rejects: a source that cannot be read is left out.
 *
 * @param error What was thrown.
 * @param origin What it belongs to.
 */
export async function reportOf(error: unknown, { where, requestId, baseDir }: ErrorOrigin): Promise<ErrorReport> {
  const { message, stack, frames } = read(error);
  const place = baseDir === null ? null : findPlace(frames, baseDir);
  const source = place === null || baseDir === null ? [] : await linesAround(place, baseDir);
  return {
    where: clip(where, MAX_LINE),
    requestId,
    message: clip(message, MAX_MESSAGE),
    stack: clip(stack, MAX_STACK),
    place: place === null || baseDir === null ? null : `${relative(baseDir, place.path)}:${place.line}:${place.column}`,
    source,
    line: place?.line ?? 0,
  };
}

/** What is known of an error. */
interface Reading {
  readonly message: string;
  readonly stack: string;
  readonly frames: readonly Frame[];
}

function read(error: unknown): Reading {
  try {
    const chain = chainOf(error);
    return { message: messageOf(error), stack: stackOf(chain), frames: chain.flatMap(framesOf) };
  } catch {
    // Its own getters throw. It has been reported as it is; what is missing here is the view of it.
    return { message: "An error whose properties cannot be read", stack: "", frames: [] };
  }
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? `${textOf(error.name)}: ${textOf(error.message)}` : inspect(error));
}

/** A property of an error, which may have been set to anything. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}

/** The error, and what has caused it. */
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
  const stacks = chain.map((each) => each instanceof Error ? textOf(each.stack ?? messageOf(each)) : inspect(each));
  return printable(stacks.join("\nCaused by: "));
}

/** Finds the innermost place in a module of the application. */
function findPlace(frames: readonly Frame[], baseDir: string): Place | null {
  for (const { url, line, column } of frames) {
    const path = pathOf(url);
    if (path !== null && isModule(path, baseDir)) return { path, line, column };
  }
  return null;
}

/** The files that V8 runs as modules, or Deno makes such of. */
const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * Returns whether a path may be that of a module of the application. Held to that although it comes from a frame: a stack
 * is text, which a program may have written itself from what it was sent.
 */
function isModule(path: string, baseDir: string): boolean {
  const segments = relative(baseDir, path).split(/[/\\]/);
  // A segment that begins with a dot is a hidden file or folder, or leads out of the root. On Windows the way to another
  // drive has none.
  return MODULE.test(path) && !segments.some((segment) => segment.startsWith(".") || segment === "node_modules") &&
    isInside(baseDir, path);
}

function pathOf(url: string): string | null {
  try {
    return fromFileUrl(url);
  } catch {
    return null; // An escape that is broken: then it is the URL of no file.
  }
}

async function linesAround({ path, line }: Place, baseDir: string): Promise<readonly SourceLine[]> {
  try {
    // Links are followed first: one inside the root may lead out of it, or to a file of another kind.
    const [root, real] = await Promise.all([realPath(baseDir), realPath(path)]);
    if (!isModule(real, root)) return [];
    const { size, isFile } = await readFacts(path);
    if (!isFile || size > MAX_FILE) return [];
    const lines = (await readTextFile(path)).split(/\r\n|[\r\n]/);
    const first = Math.max(1, line - AROUND);
    return lines.slice(first - 1, line + AROUND).map((text, index) => ({
      line: first + index,
      text: clip(printable(text), MAX_LINE),
    }));
  } catch {
    return []; // Gone, or not ours to read: the stack still says where it was.
  }
}

/** Without what colours a terminal, which some messages hold, and without other control characters. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/\x1b\[[\d;]*m/g, "").replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "\ufffd");
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
