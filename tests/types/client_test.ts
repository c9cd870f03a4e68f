import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import type { ActionType, CallOptions, Outcome } from "../../client.ts";
import { createActions } from "../../client.ts";
import { action, defineForm, field, toast } from "../../mod.ts";
import { z } from "zod";

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

Deno.test("createActions() types what arrives: the result after JSON, and the input of forms and schemas", () => {
  const schema = z.object({ n: z.string().transform(Number), due: z.iso.date().optional() });
  const form = defineForm("note", { fields: { title: field.text({ required: true }), stars: field.number() } });
  const module = {
    list: action("list", { input: schema }, ({ data }) => ({
      at: new Date(0),
      count: data.n,
      left: undefined as string | undefined,
      rows: [{ by: new URL("https://a.example"), tags: ["a"] as const }],
    })),
    save: action("save", { form }, ({ form }) => ({ title: form.values.title, stars: form.values.stars })),
    tell: action("tell", () => toast("Hello")),
    steps: action("steps", async function* () {
      yield toast("1");
      await Promise.resolve();
    }),
  };
  const check = async (): Promise<void> => {
    const actions = createActions<typeof module>();
    const list = await actions.list({ n: "1" });
    if (list.kind === "success") {
      assertType<IsExact<typeof list.data.at, string>>(true);
      assertType<IsExact<typeof list.data.count, number>>(true);
      assertType<IsExact<typeof list.data.left, string | undefined>>(true);
      assertType<IsExact<(typeof list.data.rows)[number]["by"], string>>(true);
      // @ts-expect-error: a date arrives as text
      list.data.at.getTime();
    }
    // @ts-expect-error: the input of a schema, not its output
    await actions.list({ n: 1 });
    // @ts-expect-error: another type
    await actions.list({ n: "1", due: new Date(0) });
    const save = await actions.save({ title: "Milk" });
    if (save.kind === "success") assertType<IsExact<typeof save.data, { title: string; stars: number | null }>>(true);
    await actions.save({ title: "Milk", stars: null });
    // @ts-expect-error: a required field is missing
    await actions.save({ stars: 3 });
    await actions.tell();
    await actions.steps();
    // @ts-expect-error: no action has this name
    await actions.tel();
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
