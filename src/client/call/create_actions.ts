/**
 * Typed calls for the actions that a module declares.
 *
 * @module
 */
import type { ActionType } from "../../protocol/action_type.ts";
import type { CallOptions } from "./action.ts";
import type { Outcome } from "./outcome.ts";
import { currentHyper } from "../runtime.ts";

/** A typed call. Data is required if the action needs some. */
export type ActionCall<Input, Result> = (
  ...args: Record<never, never> extends Input ? [data?: Input & object, options?: CallOptions]
    : [data: Input & object, options?: CallOptions]
) => Promise<Outcome<Result>>;

/**
 * The typed calls of a module, by the names of its actions.
 *
 * @typeParam Module Type of the module, as `typeof import("./page.tsx")`.
 */
export type ActionCalls<Module> = {
  readonly [Key in keyof Module as Module[Key] extends ActionType<infer Name> ? Name : never]: Module[Key] extends
    ActionType<string, infer Input, infer Result> ? ActionCall<Input, Result> : never;
};

/**
 * Creates typed calls for the actions of a module. Only its type is imported: none of its code is sent to the browser.
 *
 * @typeParam Module Type of the module, as `typeof import("./page.tsx")`.
 * @returns An object with one function per action, under its name: `actions.add_todo(data, options)`.
 *
 * @example
 * ```ts ignore
 * import { createActions } from "@hyper/actions/client";
 *
 * const actions = createActions<typeof import("./pages/todos/page.tsx")>();
 * const outcome = await actions.add_todo({ title: "Milk" });
 * ```
 */
export function createActions<Module>(): ActionCalls<Module> {
  const calls: object = new Proxy({}, {
    get: (_, name) => {
      // Without `then` the object is not a promise, so that it can be awaited and returned.
      if (typeof name !== "string" || name === "then") return undefined;
      return (data?: object, options?: CallOptions) => currentHyper().action(name, data, options);
    },
  });
  // The names and types are those of the module, and the server registers its actions under the same names.
  return calls as ActionCalls<Module>;
}
