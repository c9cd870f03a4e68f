// The navigations and calls of links and forms, as plain values.
import type { FormEntry } from "./controls.ts";

/** The navigation of a link or a form. */
export interface PageVisit {
  /** The URL. */
  readonly url: URL;
  /** The method, in upper case. */
  readonly method: string;
  /** The entries of a form; `null` for a link. */
  readonly form: { readonly entries: readonly FormEntry[]; readonly enctype: string | null } | null;
}

/** The parts of a call that a form decides. */
export interface FormCall {
  readonly url: URL;
  readonly method: string;
  readonly fields: FormData;
  readonly enctype: string | null;
}
