// Reads the file positions in the stack of an error, as V8 writes it.
//
// A stack is text that begins with the name and the message, and a message may quote the input of a user: lines that
// look like frames. So the message is removed first. If that fails, nothing counts as a frame.

/** A position in a file. */
export interface Frame {
  /** URL of the file, `file:///…`. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Maximum length of the frames that are read, in characters. */
const MAX_FRAMES = 20_000;

/** Returns the frames of an error, innermost first; none if the value is not an error. */
export function framesOf(error: unknown): readonly Frame[] {
  if (!(error instanceof Error)) return [];
  // Each may have any type.
  const { stack, name, message }: { readonly stack?: unknown; readonly name: unknown; readonly message: unknown } =
    error;
  if (typeof stack !== "string" || typeof message !== "string") return [];
  const head = message === "" ? String(name) : stackHead(stack, message);
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
 * Returns name and message as written before the frames. The name is read from the stack: that of the error may have
 * changed since.
 */
function stackHead(stack: string, message: string): string {
  return `${stack.slice(0, Math.max(0, stack.indexOf(":")))}: ${message}`;
}

/** Parses `    at name (file:///path:line:column)`. The name may contain anything; the position comes last. */
function parseFrame(line: string): Frame | null {
  if (!line.startsWith("    at ")) return null;
  const [, url, row, column] = /^(file:\/\/\/\S*?):(\d+):(\d+)\)?$/.exec(line.slice(line.lastIndexOf("file:///"))) ??
    [];
  return url === undefined ? null : { url, line: Number(row), column: Number(column) };
}
