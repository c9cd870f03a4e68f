// The services of every response format.
import type { Report } from "../callback.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { PageRender, Rendering } from "../pages/page_render.ts";
import type { UserTexts } from "../dispatch/user_texts.ts";
import type { SignalFamily } from "../signals.ts";
import type { Flash } from "./flash.ts";

/** The services of every response format. */
export interface RespondServices {
  /** Renders pages. */
  readonly rendering: Rendering;
  /** Idle time before a heartbeat, in seconds; 0 for none. */
  readonly heartbeatSeconds: number;
  /** The texts that users read. */
  readonly userTexts: UserTexts;
  /** Keeps toasts for the next page. */
  readonly flash: Flash;
  /** The status of the page of an invalid form. */
  readonly invalidStatus: 200 | 422;
  /** The signals of this handler. */
  readonly signals: SignalFamily;
  /** Returns the page that shows a failure without an origin page. */
  readonly pageRenderOf: (answer: Answer) => PageRender;
  /** Called with every error that is not a refusal. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** Returns the function that reports errors of an answer. */
export function reporterFor({ arrival: { request }, action }: Answer, { report }: RespondServices): Report {
  return (error) => report(error, request, action?.name ?? null);
}
