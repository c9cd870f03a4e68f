/**
 * Typed calls of the actions that a module declares, without its code.
 *
 * @module
 */
import type { ActionType } from "../../protocol/action_type.ts";
import type { CallOptions } from "./action.ts";
import type { Outcome } from "./outcome.ts";
import { currentHyper } from "../runtime.ts";

/** A typed call: data is asked for where the action needs some. */
export type ActionCall<Input, Result> = (
  ...args: Record<never, never> extends Input ? [data?: Input & object, options?: CallOptions]
    : [data: Input & object, options?: CallOptions]
) => Promise<Outcome<Result>>;

/**
 * The calls of a module, by the names of its actions.
 *
 * @typeParam Module The type of the module, as `typeof import("./page.tsx")`.
 */
export type ActionCalls<Module> = {
  readonly [Key in keyof Module as Module[Key] extends ActionType<infer Name> ? Name : never]: Module[Key] extends
    ActionType<string, infer Input, infer Result> ? ActionCall<Input, Result> : never;
};

/**
 * Makes typed calls for the actions of a module. Only its type is named, so nothing of it reaches the browser.
 *
 * @typeParam Module The type of the module, as `typeof import("./page.tsx")`.
 * @returns An object with one function for each action, under the action's name: `actions.add_todo(data, options)`.
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
      // Without a `then` it is no promise, so that it can be awaited and returned.
      if (typeof name !== "string" || name === "then") return undefined;
      return (data?: object, options?: CallOptions) => currentHyper().action(name, data, options);
    },
  });
  // The names and types are those of the module, whose actions the server registers under just these names.
  return calls as ActionCalls<Module>;
}
