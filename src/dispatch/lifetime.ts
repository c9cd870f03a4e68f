/**
 * What lives as long as a request: the temporary files of its body, and what its dependencies made.
 *
 * @module
 */
import { logError, notify } from "../callback.ts";
import type { DependencyCache } from "../deps/cache.ts";
import type { BodyAccount } from "../http/body_account.ts";
import { type Body, disposeBody } from "../http/body.ts";
import { StoredFile } from "../http/stored_file.ts";

/** Bytes of a JSON body that are held no longer than its answer is made. */
const SMALL_BYTES = 16_384;

/** Ends once, when the last byte of the answer is out or nobody reads it any more. */
export class Lifetime {
  readonly #cache: DependencyCache;
  #body: Body | null = null;
  #account: BodyAccount | null = null;
  #ended = false;

  /** @param cache What the request resolves. */
  constructor(cache: DependencyCache) {
    this.#cache = cache;
  }

  /** Takes over what a body holds, before it is read: a body that is refused half-way holds something, too. */
  hold(account: BodyAccount): void {
    this.#account = account;
  }

  /**
   * Counts what a body is read as, beside its bytes.
   *
   * @throws {InputError} With status 429 when all bodies together hold too much.
   */
  takeMemory(bytes: number): void {
    if (bytes > 0) this.#account?.takeMemory(bytes);
  }

  /** Takes over a body, and gives it back. */
  own(body: Body): Body {
    this.#body = body;
    return body;
  }

  /** Leaves in place what an action's `onFile` has stored: the handler has taken it over. */
  keepFiles(): void {
    if (this.#body?.kind !== "fields") return;
    for (const values of this.#body.fields.values()) {
      for (const value of values) if (value instanceof StoredFile) value.persist();
    }
  }

  /** Disposes everything; a second call does nothing. Never rejects: what is disposed reports its own failure. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#account?.close();
    if (this.#body !== null) await disposeBody(this.#body);
    await this.#cache[Symbol.asyncDispose]();
  }

  /**
   * Ends with an answer: at once, or, where its body may still read what would be disposed, after its last byte.
   *
   * @param response The answer.
   * @param streamed Whether the application made its body, and may be making it still.
   * @returns The answer to send; a promise of it where something has to be disposed before.
   */
  endWith(response: Response, streamed: boolean): Response | Promise<Response> {
    // In this order: a body that was looked at is sent as a stream from then on.
    if (!streamed || !this.#holdsSomething() || response.body === null) {
      return this.#endEmpty() ? response : this.end().then(() => response);
    }
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller): Promise<void> => {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          await this.end();
          controller.close();
        } catch (error) {
          await this.end();
          controller.error(error);
        }
      },
      cancel: async (reason): Promise<void> => {
        await this.end();
        await reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
    return new Response(body, response);
  }

  /**
   * Ends with what goes on behind the answer.
   *
   * @param over Settled when that is over.
   */
  endAfter(over: Promise<void>): void {
    notify(async () => {
      await over;
      await this.end();
    }, (error) => logError(error, "the end of a request"));
  }

  /** Ends at once where nothing has to be disposed; whether that was so. */
  #endEmpty(): boolean {
    if (this.#body !== null && holdsFiles(this.#body) || !this.#cache.endEmpty()) return false;
    this.#account?.close();
    this.#ended = true;
    return true;
  }

  #holdsSomething(): boolean {
    if (this.#body?.kind === "fields" || this.#cache.size > 0) return true;
    // Of a JSON body nothing has to be disposed, so that a small one is not worth the wrapped response, which costs as much
    // again as sending it.
    return this.#account !== null && this.#account.memoryBytes > SMALL_BYTES;
  }
}

function holdsFiles(body: Body): boolean {
  if (body.kind !== "fields") return false;
  for (const values of body.fields.values()) {
    if (values.some((value) => typeof value !== "string")) return true;
  }
  return false;
}
