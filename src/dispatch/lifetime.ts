// The resources that live as long as a request: its body with its temporary files, and the values of its dependencies.
import { logError, notify } from "../callback.ts";
import type { DependencyCache } from "../deps/cache.ts";
import type { BodyAccount } from "../http/body_account.ts";
import { type Body, disposeBody } from "../http/body.ts";
import { StoredFile } from "../http/stored_file.ts";

/** Maximum size of a JSON body that is not counted while its response is sent, in bytes. */
const SMALL_BYTES = 16_384;

/** Ends once, when the last byte of the response is sent or its reader has left. */
export class Lifetime {
  readonly #cache: DependencyCache;
  #body: Body | null = null;
  #account: BodyAccount | null = null;
  #ended = false;
  /** Called when the request ends. */
  onEnd: (() => void) | null = null;

  /** @param cache The dependencies that the request resolves. */
  constructor(cache: DependencyCache) {
    this.#cache = cache;
  }

  /** Takes over the account of a body, before it is read: a body that is refused half-way holds memory as well. */
  hold(account: BodyAccount): void {
    this.#account = account;
  }

  /**
   * Counts the memory of the values that a body is parsed to.
   *
   * @throws {InputError} With status 429 when all bodies together hold too much.
   */
  takeMemory(bytes: number): void {
    if (bytes > 0) this.#account?.takeMemory(bytes);
  }

  /** Takes over a body, and returns it. */
  own(body: Body): Body {
    this.#body = body;
    return body;
  }

  /** Keeps the files that the action's `onFile` has stored: the action function has taken them over. */
  keepFiles(): void {
    if (this.#body?.kind !== "fields") return;
    for (const values of this.#body.fields.values()) {
      for (const value of values) if (value instanceof StoredFile) value.persist();
    }
  }

  /** Disposes everything; a second call does nothing. Never rejects: each resource reports its own failure. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd?.();
    await this.dropBody();
    await this.#cache[Symbol.asyncDispose]();
  }

  /** Disposes the body alone. */
  async dropBody(): Promise<void> {
    this.#account?.close();
    if (this.#body !== null) await disposeBody(this.#body);
    this.#body = null;
  }

  /**
   * Ends with a response: at once, or after its last byte if its body may still read what would be disposed.
   *
   * @param streamed If `true`, the application creates its body, and may not have finished.
   * @returns The response to send; a promise of it if something has to be disposed before.
   */
  endWith(response: Response, streamed: boolean): Response | Promise<Response> {
    // In this order: reading `response.body` makes Deno send it as a stream.
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
   * Ends with work that continues after the response is returned.
   *
   * @param over Fulfilled when that work has ended.
   */
  endAfter(over: Promise<void>): void {
    notify(async () => {
      await over;
      await this.end();
    }, (error) => logError(error, "the end of a request"));
  }

  /** Ends at once if nothing has to be disposed; returns whether it did. */
  #endEmpty(): boolean {
    if (this.#body !== null && holdsFiles(this.#body) || !this.#cache.endEmpty()) return false;
    this.#account?.close();
    this.#ended = true;
    this.onEnd?.();
    return true;
  }

  #holdsSomething(): boolean {
    if (this.#body?.kind === "fields" || this.#cache.size > 0) return true;
    // Nothing of a JSON body has to be disposed: a small one is not worth a wrapped response, which doubles the cost of
    // sending it.
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
