/**
 * Reads a live topic: skips changes that this page has caused, and reads it from the one stream of the
 * browser. Loaded with the first topic of a page.
 *
 * @module
 */
import type { ActiveCall } from "../call/call.ts";
import { whenUserChanges } from "./session_part.ts";
import { send } from "../call/send.ts";
import { doc } from "../dom.ts";
import { isStream } from "../../protocol/answer.ts";
import { readBlocks, type StreamBlock } from "../../protocol/event_stream.ts";
import { limitConnections } from "./connection_limit.ts";
import { canFollow, follow } from "./followed.ts";

/**
 * The latest calls of this page: their positions in the order of changes, by request ID. The server returns the
 * beginning of the ID as the `echo` of a change.
 */
const sent = new Map<string, number>();
/** Number of calls that are kept. */
const MAX_SENT = 100;
/** The last position in the order of calls of this page and changes of others. */
let clock = 0;
/** Position of the last patch that another client has caused. */
let foreign = 0;
/** Length of the prefix that all request IDs of a page have in common. */
const PAGE_CHARS = 12;
/** `true` once calls are recorded: from the first topic on, because their changes may arrive late. */
let isRecording = false;

/**
 * Yields the blocks of a topic. Marks those that may have been applied before.
 *
 * @param first The first block with a topic position; already applied. The connection of the call is closed after it.
 * @param activeCall The call that reads the topic.
 * @throws {Error} When the call must send its request again, from its last checkpoint.
 */
export async function* readTopic(first: StreamBlock, activeCall: ActiveCall): AsyncGenerator<StreamBlock, void> {
  recordCalls();
  // Opened by the user before: the server decides what the one of now may read.
  const over = new AbortController();
  const { connection } = activeCall;
  void whenUserChanges((_, settled) => connection.abort(settled), over.signal);
  try {
    for await (const block of canFollow(first, activeCall) ? follow(first, activeCall) : readAlone(activeCall)) {
      const { event, id, echo } = block;
      const mine = echo && callPosition(echo, activeCall.id);
      // The page has received its own change in the response to its call. If another client has changed something since,
      // the topic has that change first, so this one must be applied again.
      if (mine && (mine > foreign || !/^patch/.test(event))) {
        // Still a checkpoint.
        if (id) activeCall.checkpoint = id;
        continue;
      }
      if (!mine && /^patch/.test(event)) foreign = ++clock;
      yield mine ? { ...block, again: true } : block;
    }
  } finally {
    over.abort();
  }
}

/** Yields the blocks of a call on a connection of its own. */
async function* readAlone(activeCall: ActiveCall): AsyncGenerator<StreamBlock, void> {
  const { connection, signal } = activeCall;
  const own = new AbortController();
  const ended = AbortSignal.any([own.signal, signal, connection.signal]);
  const pauseUntil = (event: string) =>
    connection.abort(new Promise((resolve) => doc.addEventListener(event, resolve, { once: true })));
  doc.addEventListener("freeze", () => pauseUntil("resume"), { signal: ended });
  limitConnections(ended, () => pauseUntil("visibilitychange"));
  try {
    const answer = await send(activeCall);
    if (!answer.ok || !isStream(answer)) throw new Error(`Cannot continue a topic: status ${answer.status}`);
    yield* readBlocks(answer.body);
  } finally {
    own.abort();
  }
}

/** Returns the position of the call of this page that caused a change; `undefined` if another client did. */
function callPosition(echo: string, id: string): number | undefined {
  const position = [...sent].find(([id]) => id.startsWith(echo))?.[1];
  // All request IDs of a page have the same prefix. A call that was not recorded began before the first change of
  // others.
  return position ?? (echo.startsWith(id.slice(0, PAGE_CHARS)) ? 0.5 : undefined);
}

function recordCalls(): void {
  if (isRecording) return;
  isRecording = true;
  addEventListener("hyper:beforeRequest", ({ detail: { id } }) => {
    for (const oldest of sent.keys()) if (sent.size >= MAX_SENT) sent.delete(oldest);
    sent.set(id, ++clock);
  });
}
