/**
 * The texts that the browser runtime shows by itself, in English. The catalogue of the server has the same keys, so that
 * an application can replace them in one place.
 *
 * @module
 */

/** The texts that the browser runtime shows by itself. */
export interface BrowserTexts {
  /** A call has failed, and the server gave no text for the user. */
  readonly requestFailed: string;
  /** The server could not be reached. */
  readonly networkError: string;
  /** Label of the button that tries a failed call again. */
  readonly tryAgain: string;
  /** Label of the button that closes a failure message. */
  readonly dismiss: string;
  /** A part of the runtime could not be loaded. */
  readonly incomplete: string;
  /** Label of the button that loads the page again. */
  readonly reload: string;
  /** Label of the button that opens the sign-in. */
  readonly signIn: string;
  /** Question before a form with unsaved changes is left. */
  readonly confirmLeave: string;
  /** Label of the button that confirms, if the element of `hyper-confirm` is not a button with text. */
  readonly confirm: string;
  /** Label of the button that does not confirm. */
  readonly cancel: string;
  /** The server has changed a control that the user is editing. The value of the server follows. */
  readonly changedMeanwhile: string;
  /** Label of the button that closes a layer. */
  readonly closeLayer: string;
  /** Shown in a layer while its page is loaded. */
  readonly loadingLayer: string;
}

/** The texts of failures: part of the initial file, because they are needed when the network is not there. */
export const FAILURE_TEXTS: Omit<
  BrowserTexts,
  "confirmLeave" | "confirm" | "cancel" | "changedMeanwhile" | "closeLayer" | "loadingLayer"
> = {
  requestFailed: "Something went wrong. Try again.",
  networkError: "Cannot reach the server. Check your connection.",
  tryAgain: "Try again",
  dismiss: "Close",
  incomplete: "Part of this page could not be loaded. Reload the page.",
  reload: "Reload",
  signIn: "Sign in",
};
