/**
 * The calls of this tab that watch a topic. The request of such a call brings the state of the page and a position in the topic; then its
 * connection is closed, and what follows arrives on the one stream of the browser.
 *
 * ```
 * request ──▶ position 7 ──▶ followed, from 7 ──▶ blocks 8, 9, … of the stream of the browser
 *    ▲                            │
 *    └── ended without a reason ◀─┘   the response to the next request has the reason, or the call reads alone
 * ```
 *
 * @module
 */
import type { ActiveCall } from "../call/call.ts";
import { doc } from "../dom.ts";
import { addressOf } from "../page/layers.ts";
import type { StreamBlock } from "../../protocol/event_stream.ts";
import { LAYER_HEADER, LOCATION_HEADER } from "../../protocol/names.ts";

/** A call that follows, as a tab sends it to the leader. */
export interface FollowedCall {
  /** Identifies it among the calls of all tabs. */
  readonly id: string;
  /** Path and query of its request. */
  readonly at: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The name of the stream. */
  readonly share: string;
  /** The position of the last block that it has received. */
  place: string;
}

/** A call that follows, in its tab. */
interface Follower {
  readonly call: FollowedCall;
  /** Blocks that it has not read. */
  readonly blocks: StreamBlock[];
  /** Sum of their sizes. */
  size: number;
  /** `true` once it receives nothing more. */
  isOver: boolean;
  /** `true` if the server has opened it on the stream of the browser. */
  hasBegun: boolean;
  /** Continues its reader. */
  wake(): void;
}

/** Size of the blocks that may wait, in UTF-16 code units. Above it, the call continues with a request of its own. */
const MAX_WAITING = 2_000_000;
/** Number of times that the stream of the browser may refuse a call in a row. Cookies may have changed since its request. */
const MAX_REFUSALS = 2;

const followers = new Map<string, Follower>();
const refusals = new WeakMap<ActiveCall, number>();
let onChange = (): void => {};
/** `false` in a frame that is not allowed to use locks. */
let isAllowed = true;

/** Calls a function whenever other calls follow. */
export function whenFollowedChange(callback: () => void): void {
  onChange = callback;
}

/** Returns the calls of this tab that follow. */
export const followedCalls = (): FollowedCall[] => Array.from(followers.values(), ({ call }) => ({ ...call }));

/** Passes a block to calls. One that has received it already is at another position. */
export function giveBlock(ids: readonly string[], after: string, block: StreamBlock): void {
  for (const id of ids) {
    const follower = followers.get(id);
    if (!follower || follower.call.place !== after) continue;
    if (block.id) follower.call.place = block.id;
    follower.hasBegun = true;
    push(follower, block);
  }
}

/** Shows calls that the stream of the browser is alive. */
export function giveHeartbeat(ids: readonly string[]): void {
  for (const id of ids) {
    const follower = followers.get(id);
    if (follower) push(follower, { event: "message" });
  }
}

/** Ends calls, after their last blocks. */
export function endFollowed(ids: readonly string[], last: readonly StreamBlock[]): void {
  for (const id of ids) {
    const follower = followers.get(id);
    if (!follower) continue;
    for (const block of last) push(follower, block);
    follower.isOver = true;
    follower.wake();
  }
}

/** Ends all calls: this frame is not allowed to share. */
export function stopFollowing(): void {
  isAllowed = false;
  endFollowed([...followers.keys()], []);
}

/** Returns whether a call can follow from a block. Otherwise it reads alone, until it is interrupted. */
export function canFollow({ share }: StreamBlock, activeCall: ActiveCall): boolean {
  const isRefused = (refusals.get(activeCall) ?? 0) >= MAX_REFUSALS;
  if (isRefused) refusals.delete(activeCall);
  return !!share && isAllowed && !isRefused && new URL(activeCall.url).origin === location.origin;
}

/**
 * Yields the blocks of a call that follows.
 *
 * @param first The last block of its own connection, with a position and the name of the stream.
 * @throws {Error} When the call must send its request again.
 */
export async function* follow(first: StreamBlock, activeCall: ActiveCall): AsyncGenerator<StreamBlock, void> {
  const { layer, url, headers, signal, connection } = activeCall;
  const { pathname, search } = new URL(url);
  const over = new AbortController();
  const follower: Follower = {
    call: {
      id: `${Math.random()}`,
      at: pathname + search,
      headers: { ...headers, [LOCATION_HEADER]: addressOf(layer), ...(layer && { [LAYER_HEADER]: "1" }) },
      share: first.share ?? "",
      place: first.id ?? "",
    },
    blocks: [],
    size: 0,
    isOver: false,
    hasBegun: false,
    wake() {},
  };
  const { call: { id }, blocks } = follower;
  const stop = (): void => {
    if (!followers.delete(id)) return;
    blocks.length = 0;
    follower.isOver = true;
    over.abort();
    onChange();
    follower.wake();
  };
  followers.set(id, follower);
  pauseCall(connection, over.signal);
  AbortSignal.any([signal, connection.signal]).addEventListener("abort", stop, { signal: over.signal });
  onChange();
  try {
    for (;;) {
      const block = blocks.shift();
      if (block) {
        follower.size -= sizeOf(block);
        yield block;
      } else if (follower.isOver) break;
      else await new Promise<void>((resolve) => follower.wake = resolve);
    }
    refusals.set(activeCall, follower.hasBegun ? 0 : (refusals.get(activeCall) ?? 0) + 1);
    // Its request is sent at once, without an event: nothing has failed.
    connection.abort(Promise.resolve());
    throw new Error("The stream of the browser does not have this topic");
  } finally {
    stop();
  }
}

/** Interrupts a call while its page is frozen; without locks, also while it is hidden, as each tab then has a connection of its own. */
function pauseCall(connection: AbortController, signal: AbortSignal): void {
  const pauseUntil = (event: string) =>
    connection.abort(new Promise((resolve) => doc.addEventListener(event, resolve, { once: true })));
  doc.addEventListener("freeze", () => pauseUntil("resume"), { signal });
  if (!("locks" in navigator)) {
    doc.addEventListener("visibilitychange", () => doc.hidden && pauseUntil("visibilitychange"), { signal });
  }
}

function push(follower: Follower, block: StreamBlock): void {
  if (follower.isOver) return;
  follower.blocks.push(block);
  follower.size += sizeOf(block);
  if (follower.size > MAX_WAITING) {
    follower.blocks.length = 0;
    follower.isOver = true;
  }
  follower.wake();
}

/** Returns the size of a block: the characters of its data, and a constant. */
function sizeOf({ data }: StreamBlock): number {
  return 1_000 + (data?.length ?? 0);
}
