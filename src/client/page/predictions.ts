/**
 * Keeps predictions out of changes of the server: see `optimistic.ts`, which belongs to a part. Until that is loaded, the page shows
 * no predictions.
 *
 * @module
 */

/** The properties of a call that decide about its predictions. */
export interface PredictingCall {
  /** Identifies it. A call that it switches to has the same. */
  readonly controller: AbortController;
  /** `true` if the response has an ok status; `undefined` before. */
  readonly ok?: boolean | undefined;
}

/** The predictions on the page. */
export interface Predictions {
  /**
   * Makes a change to the page without its predictions, and shows them again. All of it happens at once: the user does not see the page
   * without them.
   *
   * @param change The change.
   * @param call The call whose response makes the change; `null` for a new page, which ends all predictions. Default: none.
   * @param places The elements that the response changes: predictions for these places end. Default: all places.
   */
  around<Result>(change: () => Result, call?: PredictingCall | null, places?: readonly Element[]): Result;
}

/** The predictions on the page. The part replaces the function. */
export const predictions: Predictions = { around: (change) => change() };
