// Event streams (HTML, 9.2): the server's encoder, and the decoder of the browser runtime and the test client.
//
// The decoder does not depend on how the bytes are split into chunks: inside CRLF, inside a character, after the byte order mark.
// Its time is linear in the length of the stream, and its memory is bounded by `MAX_EVENT_CHARS`.
import { CHECKPOINT_PATTERN, LIVE_ID_PATTERN, REQUEST_ID_PATTERN } from "./names.ts";
import type { Patch, PatchMarks } from "./patch.ts";

/** A block of a stream: the lines between two blank lines. A block of comments has only its event. */
export interface StreamBlock {
  /** The name of the event; `message` without one. */
  readonly event: string;
  /** The lines of data, joined. */
  readonly data?: string;
  /** The id. */
  readonly id?: string;
  /** The beginning of the id of the call that has caused it; a field of our own. */
  readonly echo?: string;
  /** `true` if the event may have been applied before. Not sent. */
  readonly again?: boolean;
  /** A name that is the same in all tabs that receive the same stream; a field of our own. */
  readonly share?: string;
  /** Milliseconds to wait before a reconnection, in digits. */
  readonly retry?: string;
}

/** The most UTF-16 code units of an event: 16 Mi. */
export const MAX_EVENT_CHARS: number = 16 * 1024 * 1024;

/** A line of a known field, with its value. An id with NUL is ignored, and so is a retry that is not digits (HTML, 9.2.6). */
const LINE = /^(?!id.*\0|retry(?!: ?\d+$))(event|data|id|echo|share|retry)(?:: ?(.*))?$/s;

/**
 * Creates a parser: a function that takes the text of a stream piece by piece, and returns the blocks that end in it.
 *
 * Lines after the last blank line are not a block, as in the standard.
 *
 * @param maxChars The longest event, in UTF-16 code units. Default: {@linkcode MAX_EVENT_CHARS}.
 * @returns The function. It throws a `RangeError` when an event is too long.
 */
export function createParser(maxChars: number = MAX_EVENT_CHARS): (text: string) => StreamBlock[] {
  // The current line, the length of the current block, and the block; a blank line resets them.
  let line = "", size = 0;
  let block: { event: string } & Record<string, string> | undefined;
  // A CR ends its line at once, so an LF after it, even in the next piece, belongs to it.
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
        block ??= { event: "" };
        if (field === "data" && field in block) block.data += `\n${value}`;
        else if (field) block[field] = value;
      } else if (at) {
        if (block) {
          block.event ||= "message";
          blocks.push(block);
        }
        block = undefined;
        size = 0;
      }
      // Each piece is read once: a long line in many pieces takes linear time.
      line += piece;
      size += piece.length;
      if (size > maxChars) {
        throw new RangeError(`Cannot read event: exceeds ${maxChars}`);
      }
    });
    return blocks;
  };
}

/**
 * Reads the text of a body piece by piece. Ends with the body, throws what reading throws, and cancels the body when the caller
 * stops early.
 *
 * @param body The body; `null` has no text.
 * @param onRead Called before each piece.
 */
export async function* readBodyText(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  onRead?: () => void,
): AsyncGenerator<string, void> {
  if (!body) return;
  const reader = body.getReader();
  // Decodes across chunks and drops a byte order mark. Not a stream of its own, which would read ahead.
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onRead?.();
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // The rest is not needed, so an error of a connection that is lost already does not matter.
    reader.cancel().catch(() => {});
  }
}

/**
 * Reads the blocks of an event stream; throws a `RangeError` when an event is too long.
 *
 * @param body As for {@linkcode readBodyText}.
 * @param onRead The same.
 */
export async function* readBlocks(...body: Parameters<typeof readBodyText>): AsyncGenerator<StreamBlock, void> {
  const parse = createParser();
  for await (const piece of readBodyText(...body)) yield* parse(piece);
}

/**
 * Encodes one patch as an event: its name, one line of JSON, an empty line. A checkpoint has its id in place of data, so that a
 * browser keeps the id and dispatches nothing.
 *
 * @param patch The patch.
 * @returns The text of the event.
 * @throws {TypeError} When the name, an id or a mark does not match its pattern, or the data is not JSON (a cycle, a bigint).
 */
export function encodeEvent(patch: Patch & PatchMarks): string {
  const { event, id } = patch;
  if (!/^[a-z][a-z_]{0,63}$/.test(event)) {
    throw new TypeError(`Cannot send event ${quoteField(event)}: it is not an event name; use a to z and "_"`);
  }
  if (patch.event === "checkpoint") {
    if (!isCheckpointId(patch.id) && !LIVE_ID_PATTERN.test(patch.id)) {
      throw new TypeError(
        `Cannot send checkpoint ${
          quoteField(patch.id)
        }: its id is a request id, ":checkpoint:" and a name, each of letters, digits, ".", "_", "-"`,
      );
    }
    return `event: checkpoint\n${marksOf(patch)}\n`;
  }
  if (id !== undefined && !LIVE_ID_PATTERN.test(id)) {
    throw new TypeError(`Cannot send event "${event}" with the id ${quoteField(id)}: it is not a position in a topic`);
  }
  // JSON escapes CR and LF inside strings: the two characters that end a line of an event stream.
  return `event: ${event}\n${marksOf(patch)}data: ${JSON.stringify(patch.data) ?? "null"}\n\n`;
}

/** Encodes the id, and the fields of our own, which other parsers skip (HTML, 9.2.6). */
function marksOf({ id, echo, share }: PatchMarks): string {
  // A patch that does not come from a topic has none of them.
  if (id === undefined && echo === undefined && share === undefined) return "";
  for (const mark of [echo, share]) {
    if (mark !== undefined && !REQUEST_ID_PATTERN.test(mark)) {
      throw new TypeError(
        `Cannot send the mark ${quoteField(mark)}: it takes 1 to 128 letters, digits, ".", "_" and "-"`,
      );
    }
  }
  return `${id === undefined ? "" : `id: ${id}\n`}${echo === undefined ? "" : `echo: ${echo}\n`}${
    share === undefined ? "" : `share: ${share}\n`
  }`;
}

function isCheckpointId(id: string): boolean {
  const [requestId = "", name = "", rest] = id.split(":checkpoint:");
  return rest === undefined && REQUEST_ID_PATTERN.test(requestId) && CHECKPOINT_PATTERN.test(name);
}

/** Quotes a value for a message, at most 200 characters of it. */
function quoteField(value: string): string {
  return JSON.stringify(value.slice(0, 200));
}
