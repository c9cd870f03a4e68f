/**
 * Event streams (HTML, 9.2): the server's encoder, and the decoder of the browser runtime and the test client.
 *
 * The decoder does not depend on how the bytes are split into chunks: inside CRLF, inside a character, after the byte order mark.
 * Its time is linear in the length of the stream, and its memory is bounded by {@linkcode MAX_EVENT_CHARS}.
 *
 * @module
 */
import { CHECKPOINT_PATTERN, LIVE_ID_PATTERN, REQUEST_ID_PATTERN } from "./names.ts";
import type { Patch, PatchMarks } from "./patch.ts";

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
      // Only what is new is looked at: a long line in many pieces stays linear.
      line += piece;
      size += piece.length;
      if (size > maxChars) {
        throw new RangeError(`Cannot read event: it exceeds ${maxChars} characters`);
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
export async function* readBodyText(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  onRead?: () => void,
  leave?: AbortSignal,
): AsyncGenerator<string, void> {
  if (!body) return;
  const reader = body.getReader();
  // Decodes across chunks and drops a byte order mark. Not a stream of its own, which would read ahead.
  const decoder = new TextDecoder();
  // The answer is over for us; that the connection may already be gone is no news.
  const cancel = () => void reader.cancel().catch(() => {});
  leave?.addEventListener("abort", cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onRead?.();
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    cancel();
  }
}

/**
 * The blocks of an event stream as they come; throws a `RangeError` when an event grows too long.
 *
 * @param body As for {@linkcode readBodyText}.
 * @param onRead The same.
 * @param leave The same.
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
