/**
 * The attributes that the components of this library pass on to the element they draw.
 *
 * @module
 */

/** Attributes of any element. Data never becomes an attribute by itself: what stands here was written by the developer. */
export interface ElementAttributes {
  /** The element's id, unique on the page. */
  readonly id?: string | undefined;
  /** Its classes, separated by spaces. */
  readonly class?: string | undefined;
  /** Its style, as text or as a record. A strict content security policy forbids it. */
  readonly style?: string | Readonly<Record<string, string | number>> | undefined;
  /** A hint that is shown when the pointer rests on it. */
  readonly title?: string | undefined;
  /** The language of its text, such as `de`. */
  readonly lang?: string | undefined;
  /** The direction of its text. */
  readonly dir?: "ltr" | "rtl" | "auto" | undefined;
  /** Whether it is hidden. */
  readonly hidden?: boolean | "until-found" | undefined;
  /** Its role for assistive technology, where the element's own will not do. */
  readonly role?: string | undefined;
  /** Where it stands in the order of the tab key. */
  readonly tabindex?: number | undefined;
  /** The slot it takes in a shadow tree. */
  readonly slot?: string | undefined;
  /** `data-*`, for scripts and styles. */
  readonly [data: `data-${string}`]: string | number | boolean | null | undefined;
  /** `aria-*`, for assistive technology. */
  readonly [aria: `aria-${string}`]: string | number | boolean | null | undefined;
  /** `hyper-*`, for the browser runtime. */
  readonly [hyper: `hyper-${string}`]: string | number | boolean | null | undefined;
}
