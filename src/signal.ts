// `Signal`: a server event that receivers observe without changing the response.
import { notify, reportTo } from "./callback.ts";

/** Called with each payload. */
export type Receiver<T> = (payload: T) => void | PromiseLike<void>;

/** Options for {@linkcode Signal.connect}. */
export interface ConnectOptions {
  /**
   * If `true`, the response waits until an asynchronous receiver has finished, for at most 10 seconds. Default:
   * `false`.
   */
  readonly wait?: boolean | undefined;
}

/** Options for {@linkcode Signal}. */
export interface SignalOptions<T extends object> {
  /** A signal whose receivers are called after those of this one. Default: none. */
  readonly parent?: Signal<T> | undefined;
}

/** Maximum time that a response waits for receivers, in seconds. */
const WAIT_SECONDS = 10;

interface Connection<T> {
  readonly receiver: Receiver<T>;
  readonly wait: boolean;
}

/**
 * A server event and its receivers.
 *
 * Receivers are called in the order of connection. An error of a receiver, thrown or rejected, is reported; the other
 * receivers are called and the response does not change. The payload is frozen.
 *
 * @typeParam T The payload.
 *
 * @example A log of actions
 * ```ts
 * import { actionDispatched } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * {
 *   using _audit = actionDispatched.connect(({ actionName }) => void log.push(actionName));
 *   // … requests are answered here …
 * }
 * assertEquals(log, []);
 * ```
 */
export class Signal<T extends object> {
  /** The name in messages. */
  readonly name: string;
  readonly #parent: Signal<T> | null;
  /** The connected receivers, in order. Disposing the result of `connect()` removes one. */
  readonly #connections = new Set<Connection<T>>();

  /**
   * Creates a signal.
   *
   * @param name The name in messages.
   * @param options A parent.
   */
  constructor(name: string, options: SignalOptions<T> = {}) {
    this.name = name;
    this.#parent = options.parent ?? null;
  }

  /** `true` if this signal or its parent has a receiver. Lets the caller skip the creation of an expensive payload. */
  get hasReceivers(): boolean {
    return this.#connections.size > 0 || (this.#parent?.hasReceivers ?? false);
  }

  /**
   * Connects a receiver. A receiver that is connected twice is called twice.
   *
   * @param receiver Called with each payload.
   * @param options Whether the response waits for it.
   * @returns Disconnects the receiver when disposed. Disposing it again has no effect.
   */
  connect(receiver: Receiver<T>, options: ConnectOptions = {}): Disposable {
    const connection: Connection<T> = { receiver, wait: options.wait ?? false };
    this.#connections.add(connection);
    return { [Symbol.dispose]: () => void this.#connections.delete(connection) };
  }

  /**
   * Calls all receivers without waiting for them. Never throws.
   *
   * @param payload The payload; it is frozen.
   * @param onError Called with errors of receivers, and if one exceeds the time limit.
   */
  send(payload: T, onError: (error: unknown) => void): void {
    notify(() => this.sendAndWait(payload, onError), onError);
  }

  /**
   * Calls all receivers and waits for those connected with `wait`. Never rejects.
   *
   * @param payload The payload; it is frozen.
   * @param onError Called with errors of receivers, and if one exceeds the time limit.
   */
  async sendAndWait(payload: T, onError: (error: unknown) => void): Promise<void> {
    const waiting = this.#call(Object.freeze(payload), onError);
    if (waiting.length === 0) return;
    await withinSeconds(Promise.all(waiting), WAIT_SECONDS, () => {
      reportTo(
        onError,
        new Error(`Cannot wait for receivers of ${this.name}: they did not finish within ${WAIT_SECONDS} seconds`),
      );
    });
  }

  /** Calls every receiver and returns the promises to wait for. */
  #call(payload: T, onError: (error: unknown) => void): Promise<void>[] {
    const waiting: Promise<void>[] = [];
    // A copy: a receiver that is connected during this call receives the next payload first.
    for (const connection of [...this.#connections]) {
      if (!this.#connections.has(connection)) continue;
      const done = notify(() => connection.receiver(payload), onError);
      if (connection.wait && done !== null) waiting.push(done);
    }
    return this.#parent === null ? waiting : [...waiting, ...this.#parent.#call(payload, onError)];
  }
}

async function withinSeconds(work: Promise<unknown>, seconds: number, onTimeout: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    onTimeout();
    resolve();
  }, seconds * 1000);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
