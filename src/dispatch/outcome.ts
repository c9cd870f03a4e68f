/**
 * What came of running an action, before anyone decides how to say it.
 *
 * @module
 */
import type { AnyBound } from "../forms/any_form.ts";
import type { Issues, Patch } from "../protocol/patch.ts";
import type { UserText } from "../texts/catalogue.ts";
import type { RunningStream } from "./running_stream.ts";

/** What came of an action, by kind. */
export type Outcome =
  /** The handler made the answer itself. */
  | { readonly kind: "response"; readonly response: Response }
  /** It ran and has nothing to say. */
  | { readonly kind: "nothing" }
  /** Things to tell the browser, all known. */
  | { readonly kind: "events"; readonly events: readonly Patch[] }
  /** Things to tell the browser, as they come. */
  | {
    readonly kind: "stream";
    readonly stream: RunningStream;
    /** Called where the stream cannot be answered with: what it holds is given back. */
    readonly discard: () => Promise<void>;
  }
  /** A fragment of the page, rendered. */
  | { readonly kind: "markup"; readonly html: string }
  /** Data for a typed caller. */
  | { readonly kind: "value"; readonly value: unknown }
  /** The input was refused; `form` is the bound form, or `null` for an action that is called with data. */
  | { readonly kind: "invalid"; readonly form: AnyBound | null; readonly issues: Issues }
  /** The body of a form could not be read; `form` is blank, with the failure's message as its own. */
  | { readonly kind: "unread"; readonly form: AnyBound; readonly failure: Failure }
  /** Refused, or broken; `message` is the text for users. */
  | Failure;

/** A request that was refused, or an action that broke. */
export interface Failure {
  readonly kind: "failure";
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The text for users. */
  readonly message: UserText;
  /**
   * The reason, for the developer of the client: what was wrong with the request. Programs get it; users see it in development
   * alone. `null` where there is none.
   */
  readonly reason: string | null;
  /** Headers that belong to the refusal. */
  readonly headers: Readonly<Record<string, string>>;
}
