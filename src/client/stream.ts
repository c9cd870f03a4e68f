/**
 * Reads an event stream (HTML, 9.2.6) whatever the cut of its chunks: inside CRLF, inside a character, after the byte
 * order mark. Time is linear in what comes in; memory is bounded by {@linkcode MAX_EVENT_CHARS}.
 *
 * @module
 */

/** One block of a stream: everything between two blank lines. Comments alone make a block with nothing in it. */
export interface StreamBlock {
  /** The name of the event, `message` where none is given. */
  readonly event: string;
  /** The lines of data, joined; `null` without any. */
  readonly data: string | null;
  /** The id; `null` without one. */
  readonly id: string | null;
  /** Which call has caused it, a field of our own; `null` where the block does not say. */
  readonly echo: string | null;
  /** What is the same in every tab that would hear the same, a field of our own; `null` where the block does not say. */
  readonly share: string | null;
  /** Milliseconds to wait before a reconnection; `null` where the block does not say. */
  readonly retry: number | null;
}

/** How many UTF-16 code units an event may have, and so a line of it: 16 Mi. */
export const MAX_EVENT_CHARS: number = 16 * 1024 * 1024;

/**
 * Makes a parser: a function that is given the text of a stream piece by piece.
 *
 * What follows the last blank line is never told, as the standard has it.
 *
 * @param onBlock Called for each block as it ends, in order.
 * @param maxChars The longest event, in UTF-16 code units. Default: {@linkcode MAX_EVENT_CHARS}.
 * @returns Takes the next piece. Throws a `RangeError` when an event grows too long.
 */
export function createParser(
  onBlock: (block: StreamBlock) => void,
  maxChars: number = MAX_EVENT_CHARS,
): (text: string) => void {
  // The line that has begun, the block that has begun, and its length; a blank line starts all of them anew.
  let line = "", size = 0;
  let block: { -readonly [Name in keyof StreamBlock]: StreamBlock[Name] } | undefined;
  // A CR ends its line at once, so an LF that follows it, maybe in the next piece, belongs to it.
  let afterCr = false;

  function endLine(): void {
    if (line) {
      const [field, value] = cut(line);
      line = "";
      block ??= { event: "message", data: null, id: null, echo: null, share: null, retry: null };
      if (field === "event") block.event = value || "message";
      if (field === "data") block.data = block.data === null ? value : `${block.data}\n${value}`;
      // NUL makes an id void, and a retry is digits alone (HTML, 9.2.6).
      if (field === "id" && !value.includes("\0")) block.id = value;
      if (field === "echo") block.echo = value;
      if (field === "share") block.share = value;
      if (field === "retry" && /^\d+$/.test(value)) block.retry = +value;
    } else {
      if (block) onBlock(block);
      block = undefined;
      size = 0;
    }
  }

  return (text) => {
    if (!text) return;
    const lines = (afterCr && text[0] === "\n" ? text.slice(1) : text).split(/\r\n?|\n/);
    afterCr = text.endsWith("\r");
    lines.forEach((piece, at) => {
      if (at) endLine();
      // Only what is new is looked at: a long line in many pieces stays linear.
      line += piece;
      size += piece.length;
      if (size > maxChars) {
        throw new RangeError(`Cannot read event stream: an event exceeds ${maxChars} characters`);
      }
    });
  };
}

/** The field of a line and its value, without the one space that may begin it. */
function cut(line: string): [field: string, value: string] {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

/**
 * The blocks of a body as they come. Ends when the body ends, throws what reading throws, and cancels the body when the
 * reader leaves early, or is told to while it waits.
 */
export async function* readBlocks(
  body: ReadableStream<Uint8Array>,
  leave?: AbortSignal,
): AsyncGenerator<StreamBlock, void> {
  let blocks: StreamBlock[] = [];
  const parse = createParser((block) => blocks.push(block));
  // Decodes across chunks and drops a byte order mark.
  const decoder = new TextDecoder();
  const reader = body.getReader();
  leave?.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parse(decoder.decode(value, { stream: true }));
      const ready = blocks;
      blocks = [];
      yield* ready;
    }
  } finally {
    // The answer is over for us; that the connection may already be gone is no news.
    reader.cancel().catch(() => {});
  }
}
