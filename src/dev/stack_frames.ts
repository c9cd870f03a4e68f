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
/** The longest name of an error that is looked for in front of its message. */
const MAX_NAME = 100;

/** Reads the frames of an error, the innermost first; none of a value that is not an error. */
export function framesOf(error: unknown): readonly Frame[] {
  if (!(error instanceof Error)) return [];
  // Both may have been set to anything.
  const { stack, message }: { readonly stack?: unknown; readonly message: unknown } = error;
  if (typeof stack !== "string" || typeof message !== "string") return [];
  const start = headLength(stack, message);
  if (start === null) return [];
  const frames: Frame[] = [];
  const [, ...lines] = stack.slice(start, start + MAX_FRAMES).split("\n");
  for (const line of lines) {
    const frame = parseFrame(line);
    if (frame !== null) frames.push(frame);
  }
  return frames;
}

/**
 * The length of name and message in front of the frames; `null` where the stack does not begin with them. The name is
 * looked for and not taken from the error, which may have been given another one since its stack was written.
 */
function headLength(stack: string, message: string): number | null {
  const nameLength = message === "" ? stack.indexOf("\n") : stack.indexOf(":");
  if (!isName(stack.slice(0, Math.max(0, nameLength)))) return null;
  if (message === "") return nameLength;
  const end = nameLength + ": ".length + message.length;
  return stack.startsWith(`: ${message}\n`, nameLength) ? end : null;
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME && /^[^\n:]+$/.test(text);
}

/** Reads `    at name (file:///path:line:column)`. The name may hold anything: what is last in the line is the place. */
function parseFrame(line: string): Frame | null {
  if (!line.startsWith("    at ")) return null;
  const [, url, row, column] = /^(file:\/\/\/\S*?):(\d+):(\d+)\)?$/.exec(line.slice(line.lastIndexOf("file:///"))) ??
    [];
  return url === undefined ? null : { url, line: Number(row), column: Number(column) };
}
