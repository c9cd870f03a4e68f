/**
 * The stack of an error → the places in files that V8 has written into it.
 *
 * A stack is text that begins with the name and the message of its error, and a message may quote what a user has sent:
 * lines that look like frames, of a file that was never run. So the message is taken off first, letter by letter; where
 * that fails, there are no frames.
 *
 * @module
 */

/** A place in a file. */
export interface Frame {
  /** The URL of the file, `file:///…`. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** The most characters of frames that are looked through. */
const MAX_FRAMES = 20_000;

/** Reads the frames of an error, the innermost first; none of a value that is not an error. */
export function framesOf(error: unknown): readonly Frame[] {
  if (!(error instanceof Error)) return [];
  // Each may have been set to anything.
  const { stack, name, message }: { readonly stack?: unknown; readonly name: unknown; readonly message: unknown } =
    error;
  if (typeof stack !== "string" || typeof message !== "string") return [];
  const head = message === "" ? String(name) : headOf(stack, message);
  if (!stack.startsWith(`${head}\n`)) return [];
  const frames: Frame[] = [];
  const [, ...lines] = stack.slice(head.length, head.length + MAX_FRAMES).split("\n");
  for (const line of lines) {
    const frame = parseFrame(line);
    if (frame !== null) frames.push(frame);
  }
  return frames;
}

/**
 * Name and message as they stand in front of the frames. The name is what is before the first colon, not that of the error:
 * it may have been given another one since its stack was written.
 */
function headOf(stack: string, message: string): string {
  return `${stack.slice(0, Math.max(0, stack.indexOf(":")))}: ${message}`;
}

/** Reads `    at name (file:///path:line:column)`. The name may hold anything: what is last in the line is the place. */
function parseFrame(line: string): Frame | null {
  if (!line.startsWith("    at ")) return null;
  const [, url, row, column] = /^(file:\/\/\/\S*?):(\d+):(\d+)\)?$/.exec(line.slice(line.lastIndexOf("file:///"))) ??
    [];
  return url === undefined ? null : { url, line: Number(row), column: Number(column) };
}
