import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import type { ActionType, CallOptions, Outcome } from "../../client.ts";
import { createActions } from "../../client.ts";

// Declared as on a page; only their types are used.
interface Module {
  readonly addTodo: ActionType<"add_todo", { title: string; done?: boolean }, number>;
  readonly refresh: ActionType<"ns:refresh", unknown, null>;
  readonly find: ActionType<"find", { q?: string }, readonly string[]>;
  readonly helper: () => void;
}

Deno.test("createActions() types names, data and results of the actions of a module", () => {
  // Compiled, never run.
  const check = async (): Promise<void> => {
    const actions = createActions<Module>();
    assertType<IsExact<keyof typeof actions, "add_todo" | "ns:refresh" | "find">>(true);
    const outcome = await actions.add_todo({ title: "Milk" }, { target: "#todos" });
    assertType<IsExact<typeof outcome, Outcome<number>>>(true);
    if (outcome.kind === "success") assertType<IsExact<typeof outcome.data, number>>(true);
    if (outcome.aborted) {
      assertType<
        IsExact<
          typeof outcome.reason,
          "abort" | "cancelled" | "navigation" | "removed" | "replaced" | "signal" | "timeout"
        >
      >(true);
    }
    await actions["ns:refresh"]();
    await actions.find();
    await actions.find({ q: "x" });
    // @ts-expect-error: missing data
    await actions.add_todo();
    // @ts-expect-error: another type
    await actions.add_todo({ title: 1 });
    // @ts-expect-error: unknown option
    await actions.find({}, { targt: "#x" });
    // @ts-expect-error: not an action
    await actions.helper();
  };
  assertEquals(typeof check, "function");
});

Deno.test("addEventListener() types the details of the runtime's events", () => {
  const listen = (): void => {
    addEventListener("hyper:requestError", ({ detail }) => {
      assertType<IsExact<typeof detail.status, number>>(true);
      assertType<IsExact<typeof detail.message, string>>(true);
      assertType<IsExact<typeof detail.key, string>>(true);
    });
    addEventListener("hyper:toast", ({ detail }) => assertType<IsExact<typeof detail.value, unknown>>(true));
    addEventListener("hyper:uploadProgress", ({ detail }) => assertType<IsExact<typeof detail.progress, number>>(true));
    // @ts-expect-error: an event without an error
    addEventListener("hyper:requestSuccess", ({ detail }) => detail.error);
  };
  assertEquals(typeof listen, "function");
});

Deno.test("CallOptions accepts undefined for each option", () => {
  const options: CallOptions = { form: undefined, key: undefined, target: undefined, signal: undefined };
  assertEquals(Object.keys(options).length, 4);
});

Deno.test("client.ts has no effect without a document", async () => {
  const { runtime, Hyper } = await import("../../client.ts");
  runtime.stop();
  assertEquals([Hyper.network.online, "Hyper" in globalThis, "action" in globalThis], [true, false, false]);
});
