// The patches of a stream with an owner, which is notified of their end.
import type { Patch } from "../protocol/patch.ts";
import type { ClientInfo } from "./arrival.ts";
import type { Rejection } from "./outcome.ts";
import type { PatchEvents, RunningStream, StreamOwner } from "./running_stream.ts";
import type { StreamSlot } from "./streams.ts";

/** The error of a generator. */
export interface Failed {
  readonly error: unknown;
}

/** The owner of a stream, which is notified of its end. */
export interface LifeOwner extends StreamOwner {
  /** The form that the generator rejects; `null` for an action without a form. */
  readonly rejection: Rejection | null;
  /** Returns the patches after the last one of the generator. */
  after(): Promise<readonly Patch[]>;
  /** Called once, before the slot is released, with the error of the generator or `null`. */
  over(failed: Failed | null): void | Promise<void>;
  /** Called once, after the slot was released. */
  ended(failed: Failed | null): void | Promise<void>;
}

const DONE: IteratorResult<Patch, void> = { done: true, value: undefined };

/** Passes on the patches of a generator. Not a generator itself, which would cost as much as each patch that passes it. */
export class OwnedEvents implements PatchEvents {
  readonly #events: PatchEvents;
  readonly #owner: LifeOwner;
  readonly #slot: StreamSlot;
  /** The client whose end ends the stream, and that stream. */
  #reader: { readonly client: ClientInfo; readonly stream: RunningStream } | null = null;
  #state: "new" | "begun" | "over" = "new";
  /** The patches that the owner has added, once the generator has ended. */
  #rest: Patch[] | null = null;
  #ending: Promise<void> | null = null;
  readonly #pass = (result: IteratorResult<Patch, void>):
    | IteratorResult<Patch, void>
    | Promise<
      IteratorResult<Patch, void>
    > => result.done ? this.#nextOfRest() : result;
  readonly #fail = async (error: unknown): Promise<never> => {
    await this.#end({ error });
    throw error;
  };

  /**
   * @param events The generator, not started.
   * @param owner Its owner.
   * @param slot Its slot, which is released when it ends.
   */
  constructor(events: PatchEvents, owner: LifeOwner, slot: StreamSlot) {
    this.#events = events;
    this.#owner = owner;
    this.#slot = slot;
  }

  /** Ends the stream with its client. */
  endWith(client: ClientInfo, stream: RunningStream): void {
    this.#reader = { client, stream };
  }

  next(): Promise<IteratorResult<Patch, void>> {
    if (this.#state === "new") this.#begin();
    if (this.#state === "over") return this.#done(null);
    if (this.#rest !== null) return this.#nextOfRest();
    return this.#events.next().then(this.#pass, this.#fail);
  }

  throw(error: unknown): Promise<IteratorResult<Patch, void>> {
    return this.#events.throw(error).then(this.#pass, this.#fail);
  }

  async return(): Promise<IteratorResult<Patch, void>> {
    const wasBegun = this.#state === "begun";
    this.#state = "over";
    if (!wasBegun) return this.#ending === null ? DONE : await this.#done(null);
    try {
      await this.#events.return();
    } catch (error) {
      return await this.#fail(error);
    }
    return await this.#done(null);
  }

  #begin(): void {
    this.#state = "begun";
    if (this.#reader === null) return;
    const { client, stream } = this.#reader;
    if (!client.isGone) return client.whenGone(stream);
    this.#state = "over";
    // Later: its reader asks for the first patch now.
    queueMicrotask(() => stream.leave());
  }

  async #nextOfRest(): Promise<IteratorResult<Patch, void>> {
    try {
      this.#rest ??= this.#state === "over" ? [] : [...await this.#owner.after()];
    } catch (error) {
      return await this.#fail(error);
    }
    const value = this.#rest.shift();
    return value === undefined ? await this.#done(null) : { done: false, value };
  }

  async #done(failed: Failed | null): Promise<IteratorResult<Patch, void>> {
    await this.#end(failed);
    return DONE;
  }

  #end(failed: Failed | null): Promise<void> {
    return this.#ending ??= this.#tellOwner(failed);
  }

  async #tellOwner(failed: Failed | null): Promise<void> {
    this.#state = "over";
    const { client, stream } = this.#reader ?? {};
    try {
      await this.#owner.over(failed);
    } finally {
      this.#slot.release();
      if (stream !== undefined) client?.forget(stream);
    }
    await this.#owner.ended(failed);
  }
}
