// A live stream that travels on the stream of a browser, in place of a connection of its own.
//
// The request of each subscription passes every step, as if it had arrived by itself: its guards are asked about its own URL. Only the
// last step differs: its patches are handed over, and not encoded as a response.
import type { Patch } from "../protocol/patch.ts";
import type { RunningStream } from "./running_stream.ts";

/** The reason a stream has ended: its generator ended, the reader left, it failed, or the reader was released. */
export type EndReason = "ended" | "left" | "failed" | "released";

/** The first result of a generator. */
export type FirstPatch = IteratorResult<Patch, void> | Promise<IteratorResult<Patch, void>>;

/** A stream that was opened, with everything that its encoding needs after the first result, which it must not keep. */
export interface OpenedStream {
  /** The rest of the stream. */
  readonly stream: RunningStream;
  /** Returns the last event of a stream that failed; `null` for a temporary error, after which the client reconnects. */
  errorEvent(error: unknown): Patch | null;
  /** Returns the last events of a stream whose generator has ended. */
  lastEvents(): readonly Patch[];
  /** Called once, with the reason of the end. */
  onEnd(reason: EndReason): void;
}

/** A subscription, while it is opened. */
export class Subscription {
  /** The stream; `null` until it is opened, and for a request that does not lead to one. */
  opened: { readonly stream: OpenedStream; readonly first: FirstPatch } | null = null;
  readonly #share: string;
  #isWatching = false;

  /** @param share The name of the stream, as the request of the tab has received it. */
  constructor(share: string) {
    this.#share = share;
  }

  /** `true` once the topic is watched: the patches before that repeat what the tab has shown already. */
  get isWatching(): boolean {
    return this.#isWatching;
  }

  /**
   * Notes that a topic is about to be watched.
   *
   * @returns `false` if the stream is not the one of the tab, as for another user or with other cookies.
   */
  admit(share: string): boolean {
    this.#isWatching = share === this.#share;
    return this.#isWatching;
  }
}
