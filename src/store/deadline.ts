/**
 * A deadline for every call of a store or a bus that the application gives.
 *
 * A store that never answers would hold each request, and all that the request has opened, for as long as its client
 * waits. The deadline is set here, once for every implementation, and not in each of them.
 *
 * @module
 */
import { logError, notify, type Report, reportTo } from "../callback.ts";
import type { Bus, BusMessage, BusSubscription, PublishOptions, Store, SubscribeOptions } from "./store.ts";

/** Timers take a delay of more than this for none (HTML, 8.6: a signed 32-bit number). */
const MAX_DELAY = 2 ** 31 - 1;

/** The error of a call that was not answered in time. The call may still take effect. */
export class DeadlineError extends Error {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "DeadlineError";
}

/** What is called, and what becomes of an answer that nobody waits for any more. */
export interface DeadlineOptions<T> {
  /** The message of the error. */
  readonly message: string;
  /** Called with an answer that came too late: it may hold something that nobody else lets go. */
  readonly onLate?: ((answer: T) => void) | undefined;
}

/**
 * Waits for an answer, and no longer than so many seconds.
 *
 * @param answer The answer. Where it fails after the deadline, that is not reported: its caller has an error already.
 * @param seconds The deadline.
 * @param options The message of the error, and what to do with a late answer.
 * @returns The answer.
 * @throws {DeadlineError} When the answer does not come in time.
 */
export async function within<T>(
  answer: Promise<T>,
  seconds: number,
  { message, onLate }: DeadlineOptions<T>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reject(new DeadlineError(message));
  }, Math.min(seconds * 1000, MAX_DELAY));
  answer.then((value) => {
    if (isLate && onLate !== undefined) notify(() => onLate(value), logLate);
  }, () => {}); // Thrown below, to the caller; after the deadline there is none.
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Bounds the time of every call of a store. A claim that comes through after its deadline is given back: its caller was
 * refused, and nothing else would let it go before its time.
 *
 * @param store The store.
 * @param seconds The deadline of one call.
 * @returns A store whose methods reject after the deadline, and never throw.
 */
export function withDeadline(store: Store, seconds: number): Store {
  return new BoundedStore(store, seconds);
}

class BoundedStore implements Store {
  readonly #store: Store;
  readonly #seconds: number;

  constructor(store: Store, seconds: number) {
    this.#store = store;
    this.#seconds = seconds;
  }

  get(key: string): Promise<unknown> {
    return this.#call("get", () => this.#store.get(key));
  }

  put(key: string, value: unknown, seconds: number): Promise<void> {
    return this.#call("put", () => this.#store.put(key, value, seconds));
  }

  putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    return this.#call("putIfAbsent", () => this.#store.putIfAbsent(key, value, seconds), (isKept) => {
      // Where this fails, its time is what is left to wait for.
      if (isKept) notify(() => this.deleteIf(key, value), () => {});
    });
  }

  replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    return this.#call("replace", () => this.#store.replace(key, expected, value, seconds));
  }

  deleteIf(key: string, expected: unknown): Promise<boolean> {
    return this.#call("deleteIf", () => this.#store.deleteIf(key, expected));
  }

  delete(key: string): Promise<void> {
    return this.#call("delete", () => this.#store.delete(key));
  }

  #call<T>(method: string, call: () => Promise<T>, onLate?: (answer: T) => void): Promise<T> {
    const message = `Cannot wait for the store: ${method}() took more than ${this.#seconds} s`;
    return within(settle(call), this.#seconds, { message, onLate });
  }
}

/**
 * Bounds the time of every call of a bus. A subscription that comes about after its deadline is ended. The end of a
 * subscription that fails, or takes too long, is reported and does not reject: whoever leaves can do nothing about it.
 *
 * @param bus The bus.
 * @param seconds The deadline of one call.
 * @param report Called with what goes wrong where nobody waits.
 * @returns A bus whose methods reject after the deadline, and never throw.
 */
export function withBusDeadline(bus: Bus, seconds: number, report: Report): Bus {
  return new BoundedBus(bus, seconds, report);
}

class BoundedBus implements Bus {
  readonly #bus: Bus;
  readonly #seconds: number;
  readonly #report: Report;

  constructor(bus: Bus, seconds: number, report: Report) {
    this.#bus = bus;
    this.#seconds = seconds;
    this.#report = report;
  }

  publish(topic: string, message: unknown, options?: PublishOptions): Promise<string> {
    return this.#call("publish", () => this.#bus.publish(topic, message, options));
  }

  async subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    { after, onGap }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    let isLate = false;
    const hear = (message: BusMessage): void => {
      if (!isLate) listener(message);
    };
    const lose = (): void => {
      if (!isLate) onGap?.();
    };
    const end = (subscription: BusSubscription): Promise<void> => this.#end(subscription);
    try {
      const subscription = await this.#call(
        "subscribe",
        () => this.#bus.subscribe(topic, hear, { after, onGap: lose }),
        end,
      );
      const { isComplete, cursor } = subscription;
      return { isComplete, cursor, [Symbol.asyncDispose]: () => end(subscription) };
    } catch (error) {
      // Its caller counts it as failed, and subscribes once more: heard here as well, each message would come twice.
      isLate = true;
      throw error;
    }
  }

  async #end(subscription: BusSubscription): Promise<void> {
    try {
      await this.#call("the end of a subscription", async () => await subscription[Symbol.asyncDispose]());
    } catch (error) {
      reportTo(this.#report, error);
    }
  }

  #call<T>(method: string, call: () => Promise<T>, onLate?: (answer: T) => void): Promise<T> {
    const what = method.includes(" ") ? method : `${method}()`;
    const message = `Cannot wait for the bus: ${what} took more than ${this.#seconds} s`;
    return within(settle(call), this.#seconds, { message, onLate });
  }
}

/** Calls a function of the application: what it throws at once is a rejection, as what it throws later. */
async function settle<T>(call: () => PromiseLike<T>): Promise<T> {
  return await call();
}

function logLate(error: unknown): void {
  logError(error, "an answer that came after its deadline");
}
