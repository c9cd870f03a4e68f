/**
 * Shares one stream among the tabs of a browser that would read the same. The tab that holds the lock, the leader,
 * reads and forwards. Other tabs read for themselves until they can follow without missing a block.
 *
 * ```
 * server ──▶ leader ──▶ channel ──▶ follower, follower
 *                │         ◀── "ask", with its position ── a tab that opens
 *                └── closed: a follower gets the lock, reconnects to the server and becomes the leader
 * ```
 *
 * | tab         | connection | lock         | next state                                                           |
 * | ----------- | ---------- | ------------ | -------------------------------------------------------------------- |
 * | independent | its own    | waits for it | leader with the lock; follower of a leader that continues its position |
 * | leader      | its own    | holds it     | none until the connection ends                                       |
 * | follower    | none       | waits for it | with the lock, leader of its next connection                         |
 *
 * @module
 */
import type { ActiveCall } from "../call/call.ts";
import { doc } from "../dom.ts";
import { limitConnections } from "./connection_limit.ts";
import type { StreamBlock } from "../../protocol/event_stream.ts";

/** A message on the channel. `from` identifies its leader. */
type Message =
  /** A tab at this position wants to follow. */
  | { readonly kind: "ask"; readonly place: string }
  /** The leader is alive and will send "after" when it reaches this position. */
  | { readonly kind: "later"; readonly place: string }
  /** The blocks after a position: a tab at it may follow. `isNew` if the leader has just begun. */
  | {
    readonly kind: "after";
    readonly from: string;
    readonly isNew: boolean;
    readonly place: string;
    readonly blocks: readonly StreamBlock[];
  }
  | { readonly kind: "block"; readonly from: string; readonly block: StreamBlock }
  /** The leader has stopped. All followers reconnect to the server. */
  | { readonly kind: "over"; readonly from: string };

/** Version of the messages, part of the channel name: tabs from before an update may be open. */
const VERSION = 1;
/** Size of the blocks that may wait. At it, a leader stops reading and a follower reconnects. */
const MAX_WAITING = 2_000_000;
/** Size of the blocks that a leader keeps for new followers. */
const MAX_REMEMBERED = 200_000;
/** Number of positions for which a leader may owe an "after". */
const MAX_OWED = 100;
/** Time to wait for a leader before the lock is taken from it, in milliseconds: a frozen tab does not answer. */
const LEADER_TIMEOUT_MS = 10_000;
/** Time for a follower to reconnect as the leader before it releases the lock, in milliseconds. */
const RECONNECT_MS = 3_000;

/** A lock that this tab holds. */
interface Lock {
  /** Releases it. */
  free(): void;
  /** Called when another tab has taken it. */
  onLost(): void;
}

/** Locks of this tab while it reconnects as a leader. */
const held = new Map<string, Lock>();

/**
 * Yields the blocks of a stream, as leader, follower or independent tab.
 *
 * @param first The block with the share name, and a position.
 * @param ahead The blocks after it.
 * @param own Aborted to close the connection.
 * @param activeCall The call that reads the stream.
 * @throws {Error} When this tab must reconnect, from its last checkpoint.
 */
export async function* share(
  first: StreamBlock,
  ahead: AsyncGenerator<StreamBlock, void>,
  own: AbortController,
  { signal, connection }: Pick<ActiveCall, "signal" | "connection">,
): AsyncGenerator<StreamBlock, void> {
  const name = `hyper:${VERSION}:${first.share}`;
  const self = `${Math.random()}`;
  const channel = new BroadcastChannel(name);
  /** Aborted when this function ends, to remove its listeners. */
  const over = new AbortController();
  const listening = { signal: over.signal };
  /** The leader: another tab or this one; empty while this tab is independent. */
  let leader = "";
  /** The lock, if this tab holds it. */
  let lock: Lock | undefined;
  /** The last block with a position and those after it. A leader also keeps earlier ones. */
  let latest = [first];
  /** Positions for which this leader owes an "after". */
  const owed = new Set<string>();
  /** Blocks to yield. */
  const waiting: StreamBlock[] = [];
  let size = 0;
  /** Reason for which the stream has ended; `null` if the server ended it, undefined before. */
  let ended: { readonly error: unknown } | null | undefined;
  /** Runs from "ask" until a leader answers. */
  let leaderTimer: ReturnType<typeof setTimeout> | undefined;
  // Resolve the waits of the generator for blocks, and of the reader for space.
  let wakeGenerator = (): void => {};
  let wakeReader = (): void => {};

  const post = (message: Message): void => channel.postMessage(message);
  const position = (): string => latest.findLast(({ id }) => id)?.id ?? "";
  const leads = (): boolean => leader === self;
  const stopTimer = (): void => {
    clearTimeout(leaderTimer);
    leaderTimer = undefined;
  };

  /** Ends the stream after the waiting blocks. */
  function endStream(error?: unknown): void {
    ended ??= error === undefined ? null : { error };
    wakeGenerator();
  }

  /** Ends the stream at once and releases the lock. A page in the back/forward cache runs no further code. */
  function closeShare(): void {
    waiting.length = 0;
    endStream(new Error("This tab no longer listens"));
    over.abort();
    own.abort();
    lock?.free();
    stopTimer();
    channel.close();
  }

  function receiveBlock(block: StreamBlock): void {
    waiting.push(block);
    size += blockSize(block);
    if (block.id && !leads()) latest = [];
    // New followers do not need heartbeats.
    if (block.id || block.data !== undefined) latest.push(block);
    while (latest.length > 1 && latest.reduce((sum, each) => sum + blockSize(each), 0) > MAX_REMEMBERED) latest.shift();
    wakeGenerator();
  }

  function answerAsk(after: string, isNew: boolean): void {
    const at = latest.findIndex(({ id }) => id === after);
    if (at < 0) {
      // A tab that is ahead gets its answer when this one reaches it. One that is behind will ask again.
      if (owed.size >= MAX_OWED) owed.clear();
      owed.add(after);
      post({ kind: "later", place: after });
    } else post({ kind: "after", from: self, isNew, place: after, blocks: latest.slice(at + 1) });
  }

  function becomeLeader(ours: Lock): void {
    lock = ours;
    lock.onLost = () => {
      stopReading(new Error("Another tab has taken the lock"));
    };
    leader = self;
    stopTimer();
    answerAsk(position(), true);
  }

  /** Becomes a follower, if no block would be missing or repeated: not within blocks that are sent together. */
  function becomeFollower({ from, place: after, blocks }: Extract<Message, { readonly kind: "after" }>): boolean {
    if (latest.length > 1 || after !== position()) return false;
    leader = from;
    stopTimer();
    own.abort();
    blocks.forEach(receiveBlock);
    return true;
  }

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (ended !== undefined) return;
    const isOurs = "from" in data && data.from === leader;
    switch (data.kind) {
      case "ask":
        if (leads()) answerAsk(data.place, false);
        break;
      case "later":
        if (data.place === position()) stopTimer();
        break;
      case "after":
        if (!leader) becomeFollower(data);
        // The last leader is gone, and this tab may have missed blocks that others have.
        else if (data.isNew && !leads() && !becomeFollower(data)) {
          endStream(new Error("Cannot follow another tab from here"));
        }
        break;
      case "block":
        if (!isOurs) break;
        receiveBlock(data.block);
        if (size > MAX_WAITING) endStream(new Error("Cannot keep up with the tab that reads"));
        break;
      case "over":
        if (isOurs) endStream(new Error("The tab that read has lost the stream"));
    }
  };

  async function acquire(options: LockOptions): Promise<void> {
    const ours = await acquireLock(name, options);
    // In a frame that is not allowed to use locks, the tab stays independent.
    if (!ours) return;
    if (ended !== undefined) ours.free();
    else if (!leader) becomeLeader(ours);
    else {
      lock = ours;
      lock.onLost = () => lock = undefined;
      endStream(new Error("This tab must read for the others"));
    }
  }

  /** Stops reading. Followers reconnect to the server. */
  function stopReading(error?: unknown): void {
    // Stopped by this tab.
    if (own.signal.aborted) return;
    if (leads()) post({ kind: "over", from: self });
    endStream(error);
  }

  async function readServer(): Promise<void> {
    for await (const block of ahead) {
      if (own.signal.aborted) return;
      receiveBlock(block);
      const { id } = block;
      if (leads()) {
        post({ kind: "block", from: self, block });
        if (id && owed.delete(id)) answerAsk(id, false);
      } else if (id) askLeader();
      while (ended === undefined && size > (leads() ? MAX_WAITING : 0)) {
        await new Promise<void>((resolve) => wakeReader = resolve);
      }
    }
  }

  function askLeader(): void {
    post({ kind: "ask", place: position() });
    leaderTimer ??= setTimeout(() => acquire({ steal: true }), LEADER_TIMEOUT_MS);
  }

  AbortSignal.any([signal, connection.signal]).addEventListener("abort", closeShare, listening);
  const pauseUntil = (event: "resume" | "visibilitychange"): void => {
    connection.abort(new Promise((resolve) => doc.addEventListener(event, resolve, { once: true })));
  };
  doc.addEventListener("freeze", () => pauseUntil("resume"), listening);
  limitConnections(own.signal, () => pauseUntil("visibilitychange"));
  const ours = held.get(name);
  held.delete(name);
  if (ours) becomeLeader(ours);
  else {
    void acquire(listening);
    askLeader();
  }
  readServer().then(() => stopReading(), stopReading);
  try {
    while (ended === undefined || waiting.length > 0) {
      const block = waiting.shift();
      if (block) {
        size -= blockSize(block);
        wakeReader();
        yield block;
      } else await new Promise<void>((resolve) => wakeGenerator = resolve);
    }
    if (lock && leader && !leads()) {
      holdLock(name, lock);
      lock = undefined;
      // Reconnects at once, without an event: nothing has failed.
      connection.abort(Promise.resolve());
    }
    if (ended) throw ended.error;
  } finally {
    closeShare();
  }
}

/** Returns the size of a block: the characters of its data, and a constant. */
function blockSize({ data }: StreamBlock): number {
  return 1_000 + (data?.length ?? 0);
}

/** Keeps a lock until this tab has reconnected, with a time limit. */
function holdLock(name: string, lock: Lock): void {
  const drop = (): void => {
    if (held.get(name) === lock) held.delete(name);
  };
  held.set(name, lock);
  lock.onLost = drop;
  setTimeout(() => {
    if (held.get(name) === lock) lock.free();
    drop();
  }, RECONNECT_MS);
}

/** Requests a lock. Resolves to undefined if it is refused or aborted. */
function acquireLock(name: string, options: LockOptions): Promise<Lock | undefined> {
  return new Promise((resolve) => {
    let lock: Lock | undefined;
    navigator.locks.request(name, options, () => new Promise<void>((free) => resolve(lock = { free, onLost() {} })))
      .catch(() => lock ? lock.onLost() : resolve(undefined));
  });
}
