/**
 * One stream for all tabs of a browser that would hear the same. The tab that holds the lock reads and tells the others;
 * each of them has read for itself until it was sure to miss nothing.
 *
 * ```
 * server ──▶ leader ──▶ channel ──▶ follower, follower
 *                │         ◀── "I have come as far as this" ── a tab that opens
 *                └── gone: the lock is free, the followers come back to the server, and the first of them leads
 * ```
 *
 * @module
 */
import type { StreamBlock } from "./stream.ts";

/** What goes over the channel. */
type Message =
  /** A tab that has come as far as `place` would follow. */
  | { readonly kind: "ask"; readonly place: string }
  /** What came after that place: it may. */
  | { readonly kind: "answer"; readonly place: string; readonly after: readonly StreamBlock[] }
  | { readonly kind: "block"; readonly block: StreamBlock };

/** How many blocks a leader remembers for those who would follow. */
const REMEMBERED = 100;

/**
 * Goes on with a stream, as the leader of other tabs or as one that follows.
 *
 * @param first The block that says what is shared, and where it stands.
 * @param blocks What the server sends after it.
 * @param own Aborted, it closes the connection.
 * @param signal Aborted when the attempt is to end.
 * @throws {Error} When the leader has gone: then the place that was reached is where to go on.
 */
export async function* share(
  first: StreamBlock,
  blocks: AsyncGenerator<StreamBlock, void>,
  own: AbortController,
  signal: AbortSignal,
): AsyncGenerator<StreamBlock, void> {
  const name = `hyper:${first.share}`;
  const channel = new BroadcastChannel(name);
  const post = (message: Message): void => channel.postMessage(message);
  // Ends whatever waits: for the lock, and for a block.
  const over = new AbortController();
  const release = await lock(name, { ifAvailable: true });
  try {
    if (release) yield* lead(first, blocks, channel, post);
    else {
      void lock(name, { signal: over.signal }).then((free) => {
        over.abort();
        free?.();
      }, () => {}); // Aborted by ourselves, below.
      signal.addEventListener("abort", () => over.abort(), { signal: over.signal });
      yield* follow(first, blocks, own, channel, post, over.signal);
    }
  } finally {
    release?.();
    over.abort();
    channel.close();
  }
}

async function* lead(
  first: StreamBlock,
  blocks: AsyncGenerator<StreamBlock, void>,
  channel: BroadcastChannel,
  post: (message: Message) => void,
): AsyncGenerator<StreamBlock, void> {
  // The first of them is the place that what follows it comes after.
  const latest = [first];
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind !== "ask") return;
    const at = latest.findIndex(({ id }) => id === data.place);
    if (at !== -1) post({ kind: "answer", place: data.place, after: latest.slice(at + 1) });
  };
  for await (const block of blocks) {
    post({ kind: "block", block });
    // A heartbeat is no news to who comes later.
    if (block.data !== null || block.id) latest.push(block);
    if (latest.length > REMEMBERED) latest.shift();
    yield block;
  }
}

async function* follow(
  first: StreamBlock,
  blocks: AsyncGenerator<StreamBlock, void>,
  own: AbortController,
  channel: BroadcastChannel,
  post: (message: Message) => void,
  over: AbortSignal,
): AsyncGenerator<StreamBlock, void> {
  let place = first.id ?? "";
  // What the leader has told; `null` until it is clear that nothing is missing before it.
  let told: StreamBlock[] | null = null;
  let wake = (): void => {};
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    // What it told before its answer is in the answer.
    if (data.kind === "answer" && data.place === place) told ??= [...data.after];
    else if (data.kind === "block") told?.push(data.block);
    wake();
  };
  over.addEventListener("abort", () => wake());
  post({ kind: "ask", place });
  let next = blocks.next();
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    if (told !== null) {
      own.abort();
      next.catch(() => {}); // Cut off by ourselves.
      const block = (told as StreamBlock[]).shift();
      if (block) yield block;
      else if (over.aborted) throw new Error("The tab that read for this one has gone");
      else await promise;
      continue;
    }
    const result = await Promise.race([next, promise]);
    if (!result) {
      // The leader is gone before it has answered: this tab reads for itself, as it does.
      if (!over.aborted) continue;
      for (let { done, value } = await next; !done; { done, value } = await blocks.next()) if (value) yield value;
      return;
    }
    if (result.done) return;
    yield result.value;
    next = blocks.next();
    if (result.value.id) {
      place = result.value.id;
      post({ kind: "ask", place });
    }
  }
}

/** Asks for a lock; gives what frees it, or nothing where it is taken and not waited for. */
function lock(name: string, options: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, options, (held) => {
      if (!held) return resolve(undefined);
      return new Promise<void>((free) => resolve(free));
    }).catch(reject);
  });
}
