// Asks a guard of the application.
import type { Guard, RequestContext } from "../context.ts";
import { isA } from "../errors.ts";
import { PageDeniedError } from "../pages/page_guard.ts";
import type { Observing } from "./app.ts";
import type { Call } from "./call.ts";
import { failure, isReportable, signInInstead, toFailure } from "./failure.ts";
import { denyByPage, sendDenied } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { catalogueText } from "../texts/catalogue.ts";

/**
 * Asks a guard.
 *
 * @returns The outcome of a denial; `null` if it allows the call.
 * @throws {TypeError} When it returns something that is not a verdict.
 * @throws {unknown} The error of the guard, unless it is a refusal.
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
    const refusal = toFailure(error);
    sendDenied(call, "guard", refusal.status, app);
    return refusal;
  }
  if (verdict === undefined || verdict === true) return null;
  if (verdict === false) {
    sendDenied(call, "guard", 403, app);
    return failure(403, catalogueText("denied"));
  }
  if (verdict instanceof Response) {
    sendDenied(call, "response", verdict.status, app);
    const refusal = isUnattended(call) ? signInInstead(verdict, ctx.url) : null;
    return refusal ?? { kind: "response", response: verdict };
  }
  throw new TypeError(
    `Cannot use the verdict of the guard of action "${call.action.name}": it is ${typeof verdict}; return nothing or true to ` +
      `allow the call, false to deny it, or a Response`,
  );
}

/**
 * Returns whether a redirect would not help the client: a program, or a GET of the runtime, such as a search or the stream of a page that
 * the user works in.
 */
function isUnattended({ arrival: { intent: { audience } }, request }: Call): boolean {
  return audience === "data" || audience === "runtime" && request.method === "GET";
}
