/**
 * Asking a guard of the application.
 *
 * @module
 */
import type { Guard, RequestContext } from "../context.ts";
import { isA } from "../errors.ts";
import { PageDeniedError } from "../pages/page_guard.ts";
import type { Observing } from "./app.ts";
import type { Call } from "./call.ts";
import { failure, failureOf, isReportable } from "./failure.ts";
import { denyByPage, tellDenied } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { catalogueText } from "../texts/catalogue.ts";

/**
 * Asks a guard.
 *
 * @param call The call it decides about.
 * @param guard The guard.
 * @param ctx Its context.
 * @returns The outcome of a denial; `null` where the call may go on.
 * @throws {TypeError} When it gives something that is not a verdict.
 * @throws {unknown} What it throws, unless that is a refusal.
 */
export async function askGuard<C extends RequestContext>(
  call: Call,
  guard: Guard<C>,
  ctx: C,
  app: Observing,
): Promise<Outcome | null> {
  let verdict: unknown;
  try {
    verdict = await guard(ctx);
  } catch (error) {
    if (isReportable(error)) throw error;
    if (isA(error, PageDeniedError)) return denyByPage(call, error, app);
    const refusal = failureOf(error);
    tellDenied(call, "guard", refusal.status, app);
    return refusal;
  }
  if (verdict === undefined || verdict === true) return null;
  if (verdict === false) {
    tellDenied(call, "guard", 403, app);
    return failure(403, catalogueText("denied"));
  }
  if (verdict instanceof Response) {
    tellDenied(call, "response", verdict.status, app);
    return { kind: "response", response: verdict };
  }
  throw new TypeError(
    `Cannot use what the guard of action "${call.action.name}" gave: ${typeof verdict}; nothing or true goes on, false is ` +
      `403, a Response is the answer`,
  );
}
