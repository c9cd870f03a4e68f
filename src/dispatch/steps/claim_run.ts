// Claims a mutation, so that it runs once.
import type { Observing, Running } from "../app.ts";
import type { Call, CallPage } from "../call.ts";
import { failure } from "../failure.ts";
import { reporterOf } from "../observe.ts";
import type { MineClaim } from "../once/held.ts";
import type { Outcome } from "../outcome.ts";
import { restore } from "../record.ts";
import { isReading } from "../region_actions.ts";
import type { Admitted } from "./admit.ts";
import { identityOfPage } from "./named_page.ts";
import type { Input } from "./read_input.ts";
import { catalogueText } from "../../texts/catalogue.ts";

/** The right to run; `claim` is `null` for an action that may run any number of times. */
export interface MayRun {
  readonly kind: "run";
  readonly claim: MineClaim | null;
}

/** Claims the run of a mutation that has an id, or returns its outcome. */
export async function claimRun(
  call: Call,
  { page }: CallPage,
  { principal, holder }: Admitted,
  { onceId, kwargs }: Input,
  app: Pick<Running, "once"> & Observing,
): Promise<MayRun | Outcome> {
  const { arrival: { request, trace }, action, cookies } = call;
  trace?.step("claim");
  if (onceId === null || isReading(action)) return { kind: "run", claim: null };
  const claim = await app.once.claim({
    action: action.name,
    id: onceId,
    page: identityOfPage(page),
    input: kwargs,
    request,
    principal,
    holder,
    report: reporterOf(call, app),
  });
  switch (claim.kind) {
    case "mine":
      cookies.keepWith(claim);
      return { kind: "run", claim };
    case "done":
      cookies.restore(claim.outcome.cookies ?? []);
      return restore(claim.outcome);
    case "running":
      return failure(409, catalogueText("stillRunning"), { "retry-after": "1" });
    case "unknown":
      return failure(409, catalogueText("outcomeUnknown"));
    case "refused": {
      const reason = `Too many actions at once: the limit ${claim.limit} is ${claim.maximum}`;
      return failure(429, catalogueText("busy"), { "retry-after": "1" }, reason);
    }
  }
}
