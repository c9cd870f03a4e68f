/** Types that a test author can rely on, and code that must not compile. */
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import * as v from "valibot";
import { action, type ActionDispatched, defineForm, dependency, field, type FormValidationFailed } from "../../mod.ts";
import type { FieldInput, TestCalls, TestClient, TestForm, TestOutcome } from "@hyper/actions/testing";

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }), count: field.number() } });
const module = {
  add: action("add_note", { form: NoteForm }, () => ({ id: 7 })),
  price: action("price", { input: v.object({ amount: v.number() }) }, ({ data }) => data.amount),
  ping: action("ping", () => {}),
  unrelated: 1,
};
const user = dependency("user", () => ({ name: "Ada" }));

// Never called: its content only has to compile, or not to.
function promises(client: TestClient, calls: TestCalls<typeof module>, form: TestForm): void {
  const added = calls.add_note({ title: "Milk" });
  assertType<IsExact<typeof added, Promise<TestOutcome<{ id: number }>>>>(true);
  const priced = calls.price({ amount: 1 });
  assertType<IsExact<typeof priced, Promise<TestOutcome<number>>>>(true);
  void calls.ping();
  void calls.ping({ anything: 1 }, { target: "#x", swap: "inner" });
  // @ts-expect-error: the data of this action is required
  void calls.price();
  // @ts-expect-error: its amount is a number
  void calls.price({ amount: "1" });
  // @ts-expect-error: no action is exported under this name
  void calls.unrelated;
  // @ts-expect-error: the name of the action is add_note
  void calls.add;
  // @ts-expect-error: unknown mode
  void calls.ping({}, { swap: "inside" });

  const dispatched = client.signals.of("actionDispatched");
  assertType<IsExact<typeof dispatched, readonly ActionDispatched[]>>(true);
  for (const entry of client.signals.all) {
    if (entry.name === "formValidationFailed") assertType<IsExact<typeof entry.payload, FormValidationFailed>>(true);
  }
  // @ts-expect-error: unknown signal
  client.signals.of("actionDone");

  client.override(user, { name: "Bob" });
  client.override(user, ({ request }) => ({ name: request.method }));
  client.override(user, () => Promise.resolve({ name: "Bob" }));
  client.override("user", 1);
  // @ts-expect-error: a user has a name
  client.override(user, {});

  client.faults.push({ kind: "delay", milliseconds: 1 }, { kind: "drop", at: "answer" });
  // @ts-expect-error: the duration is required
  client.faults.push({ kind: "delay" });

  form.fill({ Title: "x", Count: 1, Done: true, Photo: new File([], "x"), Tags: ["a"], Empty: null });
  // @ts-expect-error: a field does not accept an object
  form.fill({ Title: {} });
  assertType<IsExact<Parameters<TestForm["fill"]>[0], Readonly<Record<string, FieldInput>>>>(true);
}

Deno.test("valid test code compiles, and invalid test code does not", () => {
  assertEquals(typeof promises, "function");
});

Deno.test("the kind of an outcome determines its properties", () => {
  const message = (outcome: TestOutcome<number>): string => {
    switch (outcome.kind) {
      case "success":
        assertType<IsExact<typeof outcome.data, number>>(true);
        return String(outcome.data);
      case "error":
        return outcome.message;
      case "aborted":
        assertType<IsExact<typeof outcome.data, null>>(true);
        return "";
    }
  };
  const base = { status: 200, events: [], issues: {}, missing: [] };
  assertEquals(message({ ...base, kind: "success", ok: true, data: 1 }), "1");
});
