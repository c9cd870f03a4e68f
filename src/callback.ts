/**
 * Calling functions of the application whose result decides nothing: reporters, receivers, listeners, and what gives something
 * back. A rejection that nobody handles ends a Deno process, and so does what a timer or a listener throws; so every such call
 * goes through here, and so does every promise that nobody waits for.
 *
 * What decides an answer – guards, dependencies, action functions – is awaited where it is called instead: what it throws is the
 * outcome.
 *
 * @module
 */
import { inspect } from "./platform/inspect.ts";

/** Reports an error: a function of the application, which may itself throw. An async one is assignable too, and may reject later. */
export type Report = (error: unknown) => void;

/**
 * Calls a function, and reports what it throws, at once or later. Never throws.
 *
 * @param call Calls the function.
 * @param report Called with what it throws, once.
 * @returns `null` where the function was done at once, else a promise of its end, which never rejects.
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
 * Returns what a function gave that has to answer at once. A promise would not be waited for, so that its rejection would end the
 * process.
 *
 * @param value What the function gave.
 * @param what What it is called in the message, such as `the head of "pages/page.tsx"`.
 * @throws {TypeError} When it is a promise.
 */
export function atOnce<T>(value: T, what: string): T {
  if (!mayBeThenable(value) || typeof Reflect.get(Object(value), "then") !== "function") return value;
  // It is this error that is told.
  notify(() => value, () => {});
  throw new TypeError(`Cannot use ${what}: it gave a promise; answer at once, or wait where a promise is allowed`);
}

/**
 * Aborts what a signal of the application hangs on. A listener that throws is reported: an event target hands it to the global
 * scope (HTML, 8.1.4.6 "report an exception"), where it would end the process.
 *
 * @param controller The controller of the signal.
 * @param reason The reason of the signal.
 * @param report Called with what a listener throws.
 */
export function abortSafely(controller: AbortController, reason: unknown, report: Report): void {
  if (controller.signal.aborted) return;
  const onError = (event: Event): void => {
    event.preventDefault();
    if (event instanceof ErrorEvent) reportTo(report, event.error);
  };
  // Listeners run before `abort()` returns (DOM, 3.2 "signal abort"), so that nothing else is caught here.
  globalThis.addEventListener("error", onError);
  try {
    controller.abort(reason);
  } finally {
    globalThis.removeEventListener("error", onError);
  }
}

/**
 * Reports an error. A reporter that fails is not told of that itself, which might go on for ever: the console is.
 *
 * @param report The reporter.
 * @param error What went wrong.
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
 * @param error What went wrong.
 * @param where What was at work.
 */
export function logError(error: unknown, where: string): void {
  try {
    // deno-lint-ignore no-console -- the console is where a server's errors are looked for; `onError` has them too
    console.error(`Error in ${where}:`, escapeForTerminal(error));
  } catch {
    // The console itself is broken, or closed. There is no other place to say so.
  }
}

function logFailure(failure: unknown): void {
  logError(failure, "a function that reports errors");
}

/** Waits for what a function gave, for its failure alone. */
async function reportRejection(result: unknown, report: Report): Promise<void> {
  try {
    // Read here alone: `then` may be a getter that throws, and may throw when it is called.
    await result;
  } catch (error) {
    reportTo(report, error);
  }
}

function mayBeThenable(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/**
 * An error as text that can be written to a terminal: what a visitor sent, and a message quotes, may hold sequences that
 * colour it, clear it, move its cursor or turn its direction. Every line but the first is indented: a line end in such a
 * text begins none that could be taken for an entry of its own.
 */
function escapeForTerminal(error: unknown): string {
  return inspectSafely(error).replace(
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
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
    // A getter or an inspection method of its own throws. That something was thrown is told all the same.
    return `a thrown ${typeof error} that cannot be shown`;
  }
}
