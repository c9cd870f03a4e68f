/**
 * One stream for all tabs of a browser that would hear the same. The tab that holds the lock reads and tells the others;
 * each of them reads for itself until it is sure to miss nothing.
 *
 * ```
 * server ──▶ leader ──▶ channel ──▶ follower, follower
 *                │         ◀── "I have come as far as this" ── a tab that opens
 *                └── gone: the lock goes to a follower, which comes back to the server and leads the others from there
 * ```
 *
 * | a tab       | its connection | the lock     | becomes                                                               |
 * | ----------- | -------------- | ------------ | --------------------------------------------------------------------- |
 * | for itself  | its own        | waits for it | a leader with the lock, a follower of who tells what comes after its place |
 * | a leader    | its own        | holds it     | nothing else until the connection ends                                |
 * | a follower  | none           | waits for it | with the lock, the leader by its next connection                      |
 *
 * @module
 */
import type { ActiveCall } from "../call/call.ts";
import type { View } from "../dom.ts";
import { limitConnections } from "./connection_limit.ts";
import type { StreamBlock } from "../call/stream.ts";

/** What goes over the channel. `from` is the leader that says it. */
type Message =
  /** A tab that has come as far as this place would follow. */
  | { readonly kind: "ask"; readonly place: string }
  /** The leader lives, and will say what comes after that place when it comes there. */
  | { readonly kind: "later"; readonly place: string }
  /** What came after that place: whoever stands there may follow. `isNew` where the leader has just begun. */
  | {
    readonly kind: "after";
    readonly from: string;
    readonly isNew: boolean;
    readonly place: string;
    readonly blocks: readonly StreamBlock[];
  }
  | { readonly kind: "block"; readonly from: string; readonly block: StreamBlock }
  /** This leader reads no more: its connection has ended, or another has taken the lock. All come back to the server. */
  | { readonly kind: "over"; readonly from: string };

/** Part of the name of the channel, raised with the form of its messages: tabs from before an update are still open. */
const VERSION = 1;
/** How much may wait for a tab that is slow. A leader reads no further ahead, a follower begins anew. */
const MAX_WAITING = 2_000_000;
/** How much a leader remembers for those who would follow. */
const MAX_REMEMBERED = 200_000;
/** How many answers a leader may owe. */
const MAX_OWED = 100;
/** How long a tab waits for the word of a leader before it takes its place, in milliseconds: one that is frozen is silent. */
const PATIENCE_MS = 10_000;
/** How long a follower may take to come back as the leader, in milliseconds, before it is another's turn. */
const HANDOVER_MS = 3_000;

/** A lock that this tab holds. */
interface Lock {
  /** Frees it. */
  free(): void;
  /** Called when somebody else has taken it. */
  onLost(): void;
}

/** The locks of this tab where it comes back as a leader, each for {@linkcode HANDOVER_MS}. */
const held = new Map<string, Lock>();

/**
 * Goes on with a stream, as the leader of other tabs or as one that follows.
 *
 * @param first The block that says what is shared, and where it stands.
 * @param ahead What the server sends after it.
 * @param own Aborted, it closes the connection.
 * @param activeCall The call that watches.
 * @param doc The document of the page.
 * @throws {Error} When this tab has to come back to the server: it goes on from the last place that was given.
 */
export async function* share(
  first: StreamBlock,
  ahead: AsyncGenerator<StreamBlock, void>,
  own: AbortController,
  { signal, connection }: Pick<ActiveCall, "signal" | "connection">,
  doc: View<Document>,
): AsyncGenerator<StreamBlock, void> {
  const name = `hyper:${VERSION}:${first.share}`;
  const self = `${Math.random()}`;
  const channel = new BroadcastChannel(name);
  /** Aborted when this is over, for whatever waits and listens. */
  const over = new AbortController();
  const listening = { signal: over.signal };
  /** Who reads: another tab or this one; nobody while it reads for itself. */
  let leader = "";
  /** The lock, where it is ours. */
  let lock: Lock | undefined;
  /** The last block with a place and those after it; of a leader also those before it, as far as it remembers. */
  let latest = [first];
  /** The places of those who are owed an answer. */
  const owed = new Set<string>();
  /** What has come and is to be given on. */
  const waiting: StreamBlock[] = [];
  let size = 0;
  /** Why it is over, once it is; `null` at the end of the stream. */
  let ended: { readonly error: unknown } | null | undefined;
  /** Runs from a question until a leader is heard. */
  let patience: ReturnType<typeof setTimeout> | undefined;
  // What waits: the giver for something to give, the reader for room.
  let wakeGiver = (): void => {};
  let wakeReader = (): void => {};

  const post = (message: Message): void => channel.postMessage(message);
  const place = (): string => latest.findLast(({ id }) => id)?.id ?? "";
  const leads = (): boolean => leader === self;
  const stopWaiting = (): void => {
    clearTimeout(patience);
    patience = undefined;
  };

  /** Ends it when all that waits has been given on. */
  function end(error?: unknown): void {
    ended ??= error === undefined ? null : { error };
    wakeGiver();
  }

  /** Ends it now, and frees what others wait for: a page that is put away or frozen gets no further than this. */
  function leave(): void {
    waiting.length = 0;
    end(new Error("This tab no longer listens"));
    over.abort();
    own.abort();
    lock?.free();
    stopWaiting();
    channel.close();
  }

  function take(block: StreamBlock): void {
    waiting.push(block);
    size += sizeOf(block);
    if (block.id && !leads()) latest = [];
    // A heartbeat is no news to who comes later.
    if (block.id || block.data !== undefined) latest.push(block);
    while (latest.length > 1 && latest.reduce((sum, each) => sum + sizeOf(each), 0) > MAX_REMEMBERED) latest.shift();
    wakeGiver();
  }

  function tell(after: string, isNew: boolean): void {
    const at = latest.findIndex(({ id }) => id === after);
    if (at < 0) {
      // A tab that is ahead is met further on; one that is behind asks again as it comes closer, and is owed in vain.
      if (owed.size >= MAX_OWED) owed.clear();
      owed.add(after);
      post({ kind: "later", place: after });
    } else post({ kind: "after", from: self, isNew, place: after, blocks: latest.slice(at + 1) });
  }

  function lead(ours: Lock): void {
    lock = ours;
    lock.onLost = () => {
      stop(new Error("Another tab has taken the lock"));
    };
    leader = self;
    stopWaiting();
    tell(place(), true);
  }

  /** Follows, where that leaves no gap and repeats nothing: not in the middle of what is sent as one. */
  function follow({ from, place: after, blocks }: Extract<Message, { readonly kind: "after" }>): boolean {
    if (latest.length > 1 || after !== place()) return false;
    leader = from;
    stopWaiting();
    own.abort();
    blocks.forEach(take);
    return true;
  }

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (ended !== undefined) return;
    const isOurs = "from" in data && data.from === leader;
    switch (data.kind) {
      case "ask":
        if (leads()) tell(data.place, false);
        break;
      case "later":
        if (data.place === place()) stopWaiting();
        break;
      case "after":
        if (!leader) follow(data);
        // The last leader is gone. What it told others and not us is lost to us here.
        else if (data.isNew && !leads() && !follow(data)) end(new Error("Cannot follow another tab from here"));
        break;
      case "block":
        if (!isOurs) break;
        take(data.block);
        if (size > MAX_WAITING) end(new Error("Cannot keep up with the tab that reads"));
        break;
      case "over":
        if (isOurs) end(new Error("The tab that read has lost the stream"));
    }
  };

  async function acquire(options: LockOptions): Promise<void> {
    const ours = await acquireLock(name, options);
    // In a frame that may not have locks this tab goes on by itself.
    if (!ours) return;
    if (ended !== undefined) ours.free();
    else if (!leader) lead(ours);
    else {
      lock = ours;
      lock.onLost = () => lock = undefined;
      end(new Error("This tab is to read for the others"));
    }
  }

  /** Reads no more: who follows is told, and hears from the server itself what that thinks of it. */
  function stop(error?: unknown): void {
    // Told to by ourselves.
    if (own.signal.aborted) return;
    if (leads()) post({ kind: "over", from: self });
    end(error);
  }

  async function read(): Promise<void> {
    for await (const block of ahead) {
      if (own.signal.aborted) return;
      take(block);
      const { id } = block;
      if (leads()) {
        post({ kind: "block", from: self, block });
        if (id && owed.delete(id)) tell(id, false);
      } else if (id) ask();
      while (ended === undefined && size > (leads() ? MAX_WAITING : 0)) {
        await new Promise<void>((resolve) => wakeReader = resolve);
      }
    }
  }

  function ask(): void {
    post({ kind: "ask", place: place() });
    patience ??= setTimeout(() => acquire({ steal: true }), PATIENCE_MS);
  }

  AbortSignal.any([signal, connection.signal]).addEventListener("abort", leave, listening);
  const pauseUntil = (event: "resume" | "visibilitychange"): void => {
    connection.abort(new Promise((resolve) => doc.addEventListener(event, resolve, { once: true })));
  };
  doc.addEventListener("freeze", () => pauseUntil("resume"), listening);
  limitConnections(own.signal, () => pauseUntil("visibilitychange"), doc);
  const ours = held.get(name);
  held.delete(name);
  if (ours) lead(ours);
  else {
    void acquire(listening);
    ask();
  }
  read().then(() => stop(), stop);
  try {
    while (ended === undefined || waiting.length > 0) {
      const block = waiting.shift();
      if (block) {
        size -= sizeOf(block);
        wakeReader();
        yield block;
      } else await new Promise<void>((resolve) => wakeGiver = resolve);
    }
    if (lock && leader && !leads()) {
      hold(name, lock);
      lock = undefined;
      // At once, and without a word of trouble to the page: there was none.
      connection.abort(Promise.resolve());
    }
    if (ended) throw ended.error;
  } finally {
    leave();
  }
}

/** What a block counts for: the characters of its data, and as much as a small one takes besides. */
function sizeOf({ data }: StreamBlock): number {
  return 1_000 + (data?.length ?? 0);
}

/** Keeps a lock until this tab has come back, but not for long: it may not be able to. */
function hold(name: string, lock: Lock): void {
  const drop = (): void => {
    if (held.get(name) === lock) held.delete(name);
  };
  held.set(name, lock);
  lock.onLost = drop;
  setTimeout(() => {
    if (held.get(name) === lock) lock.free();
    drop();
  }, HANDOVER_MS);
}

/** Asks for a lock; gives nothing where that is refused, or was aborted. */
function acquireLock(name: string, options: LockOptions): Promise<Lock | undefined> {
  return new Promise((resolve) => {
    let lock: Lock | undefined;
    navigator.locks.request(name, options, () => new Promise<void>((free) => resolve(lock = { free, onLost() {} })))
      .catch(() => lock ? lock.onLost() : resolve(undefined));
  });
}
