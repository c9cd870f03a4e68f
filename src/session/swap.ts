// Changes a value of a store step by step, while other requests and processes change it too.
import { HyperError, isA } from "../errors.ts";
import type { Store } from "../store/store.ts";

/** Maximum number of attempts of one change. Each fails only because another change has succeeded. */
const MAX_ATTEMPTS = 200;

/** The next value, and the seconds that it is kept; `null` deletes it, `undefined` leaves it as it is. */
export type Next = { readonly value: unknown; readonly seconds: number } | null | undefined;

/**
 * Changes the value of a key. The function is called with the value of the moment, possibly several times, until no other change
 * has come between.
 *
 * @returns The value before; `null` if there was none. It was changed in one step.
 * @throws {HyperError} 503 if the store fails, or if the others do not let it through.
 */
export async function swapValue(store: Store, key: string, next: (value: unknown) => Next): Promise<unknown> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const value = await fromStore(() => store.get(key));
    const change = next(value);
    if (change === undefined || value === null && change === null) return value;
    if (await fromStore(() => exchange(store, key, value, change))) return value;
    if (value === null) continue;
    // A random pause, so that two processes do not meet again and again.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(attempt, 20)));
  }
  throw unavailable(new Error(`The value was changed ${MAX_ATTEMPTS} times by others`));
}

/**
 * Calls a store.
 *
 * @throws {HyperError} 503 if it fails.
 */
export async function fromStore<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isA(error, HyperError) ? error : unavailable(error);
  }
}

async function exchange(store: Store, key: string, value: unknown, next: Exclude<Next, undefined>): Promise<boolean> {
  if (next === null) return await store.deleteIf(key, value);
  if (value !== null) return await store.replace(key, value, next.value, next.seconds);
  // First an empty one, which is then replaced: a bounded store never drops a value that nothing has replaced.
  await store.putIfAbsent(key, {}, next.seconds);
  return false;
}

function unavailable(cause: unknown): HyperError {
  return new HyperError(503, "Cannot use the session: its store does not answer", {
    cause,
    headers: { "retry-after": "1" },
  });
}
