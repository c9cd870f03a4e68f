/**
 * Reads an event stream (HTML, 9.2.6) whatever the cut of its chunks: inside CRLF, inside a character, after the byte
 * order mark. Time is linear in what comes in; memory is bounded by {@linkcode MAX_EVENT_CHARS}.
 *
 * @module
 */

/** One block of a stream: everything between two blank lines. Comments alone make a block with nothing but its event. */
export interface StreamBlock {
  /** The name of the event, `message` where none is given. */
  readonly event: string;
  /** The lines of data, joined. */
  readonly data?: string;
  /** The id. */
  readonly id?: string;
  /** Which call has caused it, a field of our own. */
  readonly echo?: string;
  /** Whether it may have been done before; not of the wire. */
  readonly again?: boolean;
  /** What is the same in every tab that would hear the same, a field of our own. */
  readonly share?: string;
  /** Milliseconds to wait before a reconnection, in digits. */
  readonly retry?: string;
}

/** How many UTF-16 code units an event may have, and so a line of it: 16 Mi. */
export const MAX_EVENT_CHARS: number = 16 * 1024 * 1024;

/** A line that says something, with its field and its value. NUL makes an id void, and a retry is digits alone (HTML, 9.2.6). */
const LINE = /^(?!id.*\0|retry(?!: ?\d+$))(event|data|id|echo|share|retry)(?:: ?(.*))?$/s;

/**
 * Makes a parser: a function that takes the text of a stream piece by piece and gives the blocks that end in it.
 *
 * What follows the last blank line is never given, as the standard has it.
 *
 * @param maxChars The longest event, in UTF-16 code units. Default: {@linkcode MAX_EVENT_CHARS}.
 * @returns Takes the next piece. Throws a `RangeError` when an event grows too long.
 */
export function createParser(maxChars: number = MAX_EVENT_CHARS): (text: string) => StreamBlock[] {
  // The line that has begun, the block that has begun, and its length; a blank line starts all of them anew.
  let line = "", size = 0;
  let block: { event: string } & Record<string, string> | undefined;
  // A CR ends its line at once, so an LF that follows it, maybe in the next piece, belongs to it.
  let cr = "";

  return (text) => {
    const blocks: StreamBlock[] = [];
    text = cr + text;
    const lines = text.split(/\r\n?|\n/).slice(cr.length);
    cr = text.endsWith("\r") ? "\r" : "";
    lines.forEach((piece, at) => {
      if (at && line) {
        const [, field, value = ""] = LINE.exec(line) ?? [];
        line = "";
        block ??= { event: "message" };
        if (field === "data" && field in block) block.data += `\n${value}`;
        else if (field) block[field] = value || (field === "event" ? "message" : "");
      } else if (at) {
        if (block) blocks.push(block);
        block = undefined;
        size = 0;
      }
      // Only what is new is looked at: a long line in many pieces stays linear.
      line += piece;
      size += piece.length;
      if (size > maxChars) {
        throw new RangeError(`Cannot read event stream: an event exceeds ${maxChars} characters`);
      }
    });
    return blocks;
  };
}

/**
 * The text of a body as it comes. Ends when the body ends, throws what reading throws, and cancels the body when the
 * reader leaves early, or is told to while it waits.
 *
 * @param body The body; none has no text.
 * @param onRead Called for each piece before it is given.
 * @param leave Aborted, it ends the text.
 */
export async function* readText(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  onRead?: () => void,
  leave?: AbortSignal,
): AsyncGenerator<string, void> {
  if (!body) return;
  // Decodes across chunks and drops a byte order mark.
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  // The answer is over for us; that the connection may already be gone is no news.
  const cancel = () => void reader.cancel().catch(() => {});
  leave?.addEventListener("abort", cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onRead?.();
      yield value;
    }
  } finally {
    cancel();
  }
}

/**
 * The blocks of an event stream as they come; throws a `RangeError` when an event grows too long.
 *
 * @param body As for {@linkcode readText}.
 * @param onRead The same.
 * @param leave The same.
 */
export async function* readBlocks(...body: Parameters<typeof readText>): AsyncGenerator<StreamBlock, void> {
  const parse = createParser();
  for await (const piece of readText(...body)) yield* parse(piece);
}
