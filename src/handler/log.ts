// The console output of a handler.
import { logError, notify } from "../callback.ts";
import type { ErrorInfo, HandlerOptions } from "./options.ts";

/** Reports an error to the console and to `onError`. */
export function reportAndLog(error: unknown, info: ErrorInfo, onError: HandlerOptions["onError"]): void {
  const { request, actionName } = info;
  const where = `${request.method} ${URL.parse(request.url)?.pathname ?? "?"}`;
  logError(error, actionName === null ? where : `action "${actionName}", ${where}`);
  if (onError !== undefined) notify(() => onError(error, info), (failure) => logError(failure, "onError"));
}

/** Writes a line, such as the one for each action in development mode. */
export function log(line: string): void {
  // deno-lint-ignore no-console -- developers read the console
  console.info(line);
}
