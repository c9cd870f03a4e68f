// The types of a declared action for typed calls, without its code.

/**
 * The part of an action that `createActions<typeof import("./page.tsx")>()` reads: its name, what it takes, what it
 * answers. `~types` is never there at run time.
 *
 * @typeParam Name The action's name, as a literal.
 * @typeParam Input What a caller may send as data.
 * @typeParam Result The plain value a caller gets back as `data`.
 */
export interface ActionType<Name extends string = string, Input = unknown, Result = unknown> {
  /** Marks the value as an action. */
  readonly kind: "action";
  /** The full name. */
  readonly name: Name;
  /** Carries the types; never there at run time. */
  readonly "~types"?: { readonly input: Input; readonly result: Result };
}
