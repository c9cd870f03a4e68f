// Calls functions of the application whose result does not affect the response: reporters, receivers, listeners,
// cleanup. An unhandled rejection ends a Deno process, and so does an error in a timer or listener. Therefore every
// such call, and every promise that is not awaited, goes through this file.
//
// Functions that decide the response (guards, dependencies, action functions) are awaited where they are called: an
// error of theirs is the outcome.
import { inspect } from "./platform/inspect.ts";

/** Reports an error. A function of the application, which may itself throw, or reject later if it is async. */
export type Report = (error: unknown) => void;

/**
 * Calls a function and reports its error, thrown or rejected. Never throws.
 *
 * @returns `null` if the function has finished, else a promise of its end that never rejects.
 */
export function notify(call: () => unknown, report: Report): Promise<void> | null {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    reportTo(report, error);
    return null;
  }
  return mayBeThenable(result) ? reportRejection(result, report) : null;
}

/**
 * Returns the value of a function that must be synchronous.
 *
 * @param what Name of the value in the message, such as `the head of "pages/page.tsx"`.
 * @throws {TypeError} If the value is a promise.
 */
export function atOnce<T>(value: T | PromiseLike<T>, what: string): T {
  if (!isPromiseLike(value)) return value;
  // Handles a rejection of the promise: only the error below is reported.
  notify(() => value, () => {});
  throw new TypeError(`Cannot use ${what}: it is a promise; return the value synchronously`);
}

/**
 * Aborts a signal that the application listens to, and reports errors of listeners. An event target passes such an
 * error to the global scope (HTML, 8.1.4.6 "report an exception"), where it would end the process.
 */
export function abortSafely(controller: AbortController, reason: unknown, report: Report): void {
  if (controller.signal.aborted) return;
  const onError = (event: Event): void => {
    // A listener may abort another signal: the outermost reports.
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (event instanceof ErrorEvent) reportTo(report, event.error);
  };
  // Listeners run before `abort()` returns (DOM, 3.2 "signal abort"), so the listener below receives no other errors.
  globalThis.addEventListener("error", onError);
  try {
    controller.abort(reason);
  } finally {
    globalThis.removeEventListener("error", onError);
  }
}

/**
 * Reports an error. If the reporter fails, its error goes to the console and not to the reporter, which could loop
 * forever.
 */
export function reportTo(report: Report, error: unknown): void {
  try {
    const result: unknown = report(error);
    // It never rejects.
    if (mayBeThenable(result)) void reportRejection(result, logFailure);
  } catch (failure) {
    logFailure(failure);
  }
}

/**
 * Writes an error to the console. Never throws.
 *
 * @param where Description of the code that failed.
 */
export function logError(error: unknown, where: string): void {
  try {
    // deno-lint-ignore no-console -- developers look for server errors in the console; `onError` receives them too
    console.error(`Error in ${where}:`, escapeForTerminal(error));
  } catch {
    // The console is closed or replaced by one that throws; there is no other place to report to.
  }
}

/** Writes an error of development mode to the console. */
export function logDevelopment(error: unknown): void {
  logError(error, "development mode");
}

/** Writes a warning that belongs to no request. */
export function warn(warning: string): void {
  // deno-lint-ignore no-console -- developers read the console
  console.warn(warning);
}

function logFailure(failure: unknown): void {
  logError(failure, "a function that reports errors");
}

/** Waits for a result and reports its rejection. */
async function reportRejection(result: unknown, report: Report): Promise<void> {
  try {
    // `then` is read only here: it may be a getter that throws, and may throw when it is called.
    await result;
  } catch (error) {
    reportTo(report, error);
  }
}

/** Returns whether a value is a promise, possibly of another library. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return mayBeThenable(value) && typeof Reflect.get(Object(value), "then") === "function";
}

function mayBeThenable(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/**
 * Formats an error for a terminal. A message may quote user input, which may contain control sequences that color or
 * clear the terminal, move the cursor or change the text direction; they are escaped. Continuation lines are indented,
 * so that none of them looks like a log entry.
 */
function escapeForTerminal(error: unknown): string {
  return inspectSafely(error).replace(
    // deno-lint-ignore no-control-regex -- control characters are the ones to escape
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (character) => {
      const code = character.charCodeAt(0).toString(16);
      return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
    },
  ).replaceAll("\n", "\n    ");
}

function inspectSafely(error: unknown): string {
  try {
    return inspect(error);
  } catch {
    // A getter or a custom inspection method throws; the type is logged instead.
    return `a thrown ${typeof error} that cannot be shown`;
  }
}
