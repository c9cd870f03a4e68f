// Values that follow asynchronous work.
import { AsyncLocalStorage } from "node:async_hooks";

/** A value that is set for a function and for all work it starts. */
export type AsyncContext<T> = Pick<AsyncLocalStorage<T>, "run" | "getStore">;

/** Creates a context without a value. */
export function createAsyncContext<T>(): AsyncContext<T> {
  return new AsyncLocalStorage<T>();
}
