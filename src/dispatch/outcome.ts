// The outcome of a request, before it is encoded for a client.
import type { AnyBound } from "../forms/any_form.ts";
import type { Issues, Patch } from "../protocol/patch.ts";
import type { UserText } from "../texts/catalogue.ts";
import type { RunningStream } from "./running_stream.ts";

/** The outcome of an action. */
export type Outcome =
  /** The application returned a response. */
  | { readonly kind: "response"; readonly response: Response }
  /** The action function returned nothing. */
  | { readonly kind: "nothing" }
  /** Events for the browser, all known. */
  | { readonly kind: "events"; readonly events: readonly Patch[] }
  /** Events for the browser, over time. */
  | {
    readonly kind: "stream";
    readonly stream: RunningStream;
    /** The form that the generator rejects, once it has ended; `null` for an action without a form. */
    readonly rejection: Rejection | null;
    /** Releases the resources of the stream if it cannot be sent. */
    readonly discard: () => Promise<void>;
  }
  /** A rendered fragment of the page. */
  | { readonly kind: "markup"; readonly html: string }
  /** Data for the client. */
  | { readonly kind: "value"; readonly value: unknown }
  | InvalidInput
  /** The answer to a request that only asks whether fields are valid: the messages of these fields. */
  | { readonly kind: "checked"; readonly issues: Issues }
  /** A button has changed the rows of a form; `form` is the bound form with the change, not validated. */
  | { readonly kind: "rows"; readonly form: AnyBound }
  /** The body of a form could not be read; `form` is blank, with the failure's message as its error. */
  | { readonly kind: "unread"; readonly form: AnyBound; readonly failure: Failure }
  /** A refusal or an error. */
  | Failure;

/** The input is invalid. */
export interface InvalidInput {
  readonly kind: "invalid";
  /** The bound form, or `null` for an action that is called with data. */
  readonly form: AnyBound | null;
  /** The messages by field. */
  readonly issues: Issues;
}

/** The outcome of a form that is invalid: the form, or a failure if its page is not known. */
export type Refusal = InvalidInput | Failure;

/** The form that a generator rejects with `form.addError()`. */
export interface Rejection {
  /** Set when the generator has ended; `null` if it accepts its form. */
  refusal: Refusal | null;
  /** Called with the refusal while the dependencies of the request still exist. Default: none. */
  show: ((refusal: Refusal) => Promise<void>) | null;
}

/** A refusal or an error, with a message for the user. */
export interface Failure {
  readonly kind: "failure";
  /** The HTTP status. */
  readonly status: number;
  /** The text for users. */
  readonly message: UserText;
  /**
   * The reason, for the developer of the client: what was wrong with the request. Programs get it; users see it in development
   * alone. `null` where there is none.
   */
  readonly reason: string | null;
  /** Headers of the response, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;
}
