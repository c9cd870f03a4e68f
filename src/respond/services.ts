/**
 * What every format of answer works with.
 *
 * @module
 */
import type { Answer } from "../dispatch/answer.ts";
import type { PageRender, Rendering } from "../pages/page_render.ts";
import type { UserTexts } from "../dispatch/user_texts.ts";
import type { SignalFamily } from "../signals.ts";

/** What answering works with. */
export interface RespondServices {
  /** Renders pages. */
  readonly rendering: Rendering;
  /** Seconds of silence before a heartbeat; 0 for none. */
  readonly heartbeatSeconds: number;
  /** The texts that users read. */
  readonly userTexts: UserTexts;
  /** The status of a page that is shown again because its form was refused. */
  readonly invalidStatus: 200 | 422;
  /** The signals of this handler. */
  readonly signals: SignalFamily;
  /** The page that a failure without an origin is told on. */
  readonly pageRenderOf: (answer: Answer) => PageRender;
  /** Told everything that went wrong and was none of the visitor's doing. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}
