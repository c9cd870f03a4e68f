// A deadline for every call of a store, a bus or a limiter that the application provides.
//
// A store that never answers would hold each request, and everything that the request has opened, for as long as its
// client waits. The deadline is set here once, for every implementation.
import { logError, notify, type Report } from "../callback.ts";
import type { Bus, BusSubscription, Store } from "./store.ts";

/** Maximum delay of a timer, in milliseconds: a longer one fires at once (HTML, 8.6: a signed 32-bit number). */
const MAX_DELAY = 2 ** 31 - 1;

/** Thrown when a call does not finish before its deadline. The call may still take effect. */
export class DeadlineError extends Error {
  /** Name of the class. */
  override readonly name: string = "DeadlineError";
}

/** Options for {@linkcode callWithin}. */
export interface DeadlineOptions<T> {
  /** Message of the error. */
  readonly message: string;
  /** Called with a result that arrives after the deadline, to release what it holds. */
  readonly onLate?: ((result: T) => void) | undefined;
}

/**
 * Calls a function of the application and waits for its result, for at most `seconds`.
 *
 * @throws {DeadlineError} If the result takes longer. A rejection after that is ignored: the caller already has an error.
 */
export async function callWithin<T>(
  call: () => T | PromiseLike<T>,
  seconds: number,
  { message, onLate }: DeadlineOptions<T>,
): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reject(new DeadlineError(message));
  }, Math.min(seconds * 1000, MAX_DELAY));
  const result = Promise.try(call);
  result.then((value) => {
    if (isLate && onLate !== undefined) notify(() => onLate(value), logLate);
  }, () => {}); // The rejection is thrown below, unless it comes after the deadline.
  try {
    return await Promise.race([result, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Limits the time of every call of a store. A claim that succeeds after its deadline is deleted: its caller has got an
 * error, so that nothing else would release the claim before it expires.
 */
export function withDeadline(store: Store, seconds: number): Store {
  const call = <T>(method: string, run: () => Promise<T>, onLate?: (result: T) => void): Promise<T> =>
    callWithin(run, seconds, { message: `Cannot wait for the store: ${method} took more than ${seconds} s`, onLate });
  const deleteIf = (key: string, expected: unknown): Promise<boolean> =>
    call("deleteIf()", () => store.deleteIf(key, expected));
  return {
    deleteIf,
    get: (key) => call("get()", () => store.get(key)),
    put: (key, value, ttl) => call("put()", () => store.put(key, value, ttl)),
    putIfAbsent: (key, value, ttl) =>
      call("putIfAbsent()", () => store.putIfAbsent(key, value, ttl), (isKept) => {
        // If this fails too, the claim is released when it expires.
        if (isKept) notify(() => deleteIf(key, value), () => {});
      }),
    replace: (key, expected, value, ttl) => call("replace()", () => store.replace(key, expected, value, ttl)),
    delete: (key) => call("delete()", () => store.delete(key)),
  };
}

/**
 * Limits the time of every call of a bus. A subscription that succeeds after its deadline is ended. An error while a
 * subscription ends is reported and does not reject: the subscriber could do nothing about it.
 */
export function withBusDeadline(bus: Bus, seconds: number, report: Report): Bus {
  const call = <T>(method: string, run: () => Promise<T>, onLate?: (result: T) => void): Promise<T> =>
    callWithin(run, seconds, { message: `Cannot wait for the bus: ${method} took more than ${seconds} s`, onLate });
  const end = async (subscription: BusSubscription): Promise<void> => {
    const dispose = async (): Promise<void> => await subscription[Symbol.asyncDispose]();
    await notify(() => call("the end of a subscription", dispose), report);
  };
  return {
    publish: (topic, message, options) => call("publish()", () => bus.publish(topic, message, options)),
    async subscribe(topic, listener, { after, onGap } = {}) {
      // The caller of a failed call subscribes again: if this one listened as well, each message would come twice.
      let isFailed = false;
      const options = { after, onGap: () => isFailed || onGap?.() };
      const subscribe = () => bus.subscribe(topic, (message) => isFailed || listener(message), options);
      try {
        const subscription = await call("subscribe()", subscribe, end);
        const { isComplete, cursor } = subscription;
        return { isComplete, cursor, [Symbol.asyncDispose]: () => end(subscription) };
      } catch (error) {
        isFailed = true;
        throw error;
      }
    },
  };
}

function logLate(error: unknown): void {
  logError(error, "a result that came after its deadline");
}
