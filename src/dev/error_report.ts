/**
 * An error → what a developer wants to know of it: message, stack, the place in the application, the lines around it.
 *
 * @module
 */
import { fromFileUrl, relative } from "@std/path";
import type { ErrorReport, SourceLine } from "../protocol/dev.ts";

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
  /** The root of the application: its files go before those of libraries. `null` where it has none. */
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
  const stack = stackOf(error);
  const place = findPlace(stack, baseDir);
  const source = place === null ? [] : await linesAround(place);
  return {
    where: clip(where, MAX_LINE),
    requestId,
    message: clip(messageOf(error), MAX_MESSAGE),
    stack: clip(stack, MAX_STACK),
    place: place === null ? null : `${shown(place.path, baseDir)}:${place.line}:${place.column}`,
    source,
    line: place?.line ?? 0,
  };
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? `${error.name}: ${error.message}` : Deno.inspect(error));
}

/** The stack of an error, followed by those of what has caused it. */
function stackOf(error: unknown): string {
  const stacks: string[] = [];
  let next = error;
  while (next !== undefined && stacks.length < MAX_CAUSES) {
    stacks.push(next instanceof Error ? next.stack ?? `${next.name}: ${next.message}` : Deno.inspect(next));
    next = next instanceof Error ? next.cause : undefined;
  }
  return printable(stacks.join("\nCaused by: "));
}

/** The first place of the stack that is the application's; else, where it is nobody's, the first file at all. */
function findPlace(stack: string, baseDir: string | null): Place | null {
  const places: Place[] = [];
  for (const [, url = "", line, column] of stack.matchAll(/(file:\/\/\/\S+?):(\d+):(\d+)/g)) {
    const path = pathOf(url);
    if (path !== null) places.push({ path, line: Number(line), column: Number(column) });
  }
  const isOwn = ({ path }: Place): boolean =>
    baseDir !== null && !/^\.\.|node_modules/.test(relative(baseDir, path)) && !/[/\\]node_modules[/\\]/.test(path);
  return places.find(isOwn) ?? places[0] ?? null;
}

function pathOf(url: string): string | null {
  try {
    return fromFileUrl(url);
  } catch {
    return null; // A message may quote what looks like a URL and is none: then it is no place.
  }
}

async function linesAround({ path, line }: Place): Promise<readonly SourceLine[]> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size > MAX_FILE) return [];
    const lines = (await Deno.readTextFile(path)).split(/\r\n|[\r\n]/);
    const first = Math.max(1, line - AROUND);
    return lines.slice(first - 1, line + AROUND).map((text, index) => ({
      line: first + index,
      text: clip(printable(text), MAX_LINE),
    }));
  } catch {
    return []; // Gone, or not ours to read: the stack still says where it was.
  }
}

function shown(path: string, baseDir: string | null): string {
  const within = baseDir === null ? path : relative(baseDir, path);
  return within.startsWith("..") ? path : within;
}

/** Without what colours a terminal, which some messages hold, and without other control characters. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/\x1b\[[\d;]*m/g, "").replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "\ufffd");
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
