import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { action, actionsOfClass, isAction, nameOfMethod, pageInstance } from "../../src/actions/action.ts";
import { formActionUid } from "../../src/actions/uid.ts";
import { defineForm } from "../../src/forms/form.ts";
import { field } from "../../src/forms/field.ts";

const form = defineForm("note", { fields: { title: field.text() } });

Deno.test("action() returns a frozen value with defaults", () => {
  const handler = (): void => {};
  const save = action("save", handler);
  assert(Object.isFrozen(save));
  assertEquals(
    [
      save.kind,
      save.name,
      save.uid,
      save.namespace,
      save.method,
      save.form,
      save.input,
      save.handler,
    ],
    ["action", "save", formActionUid("save"), null, "POST", null, null, handler],
  );
});

Deno.test("action() keeps its options and prefixes its name with the namespace", () => {
  const guard = (): boolean => true;
  const save = action("save", { form, method: "POST", guard, namespace: "notes", limits: { files: 1 } }, () => {});
  assertEquals([save.name, save.uid], ["notes:save", formActionUid("notes:save")]);
  assertEquals([save.form, save.guard, save.method, save.limits], [form, guard, "POST", { files: 1 }]);
});

for (const name of ["a", "Z9", "a_b.c-d", "x".repeat(128)]) {
  Deno.test(`action() accepts the name ${name.slice(0, 8)}`, () => {
    assertEquals(action(name, () => {}).name, name);
  });
}

for (const name of ["", "9a", "_a", "a b", "a:b", "a/b", "ä", "a\n", "x".repeat(129)]) {
  Deno.test(`action() throws for the name ${JSON.stringify(name.slice(0, 8))}, as function and as decorator`, () => {
    assertThrows(() => action(name, () => {}), TypeError, "Cannot declare action");
    assertThrows(() => action(name), TypeError, "Cannot declare action");
    assertThrows(() => action("a", { namespace: name }, () => {}), TypeError, "namespace");
  });
}

Deno.test("isAction() accepts only values of action(), not look-alikes", () => {
  const save = action("save", () => {});
  assert(isAction(save));
  for (const other of [{ ...save }, null, undefined, "save", () => {}, { kind: "action" }]) {
    assertFalse(isAction(other));
  }
});

class Base {
  @action("one")
  one(_ctx: unknown): string {
    return "one";
  }
  plain(_ctx: unknown): void {}
  @action("two", { namespace: "ns" })
  two(_ctx: unknown): string {
    return "two";
  }
}

Deno.test("actionsOfClass() returns decorated methods in order, inherited ones last", () => {
  class Child extends Base {
    @action("three")
    three(_ctx: unknown): void {}
  }
  assertEquals(actionsOfClass(Base).map(({ name }) => name), ["one", "ns:two"]);
  assertEquals(actionsOfClass(Child).map(({ name }) => name), ["three", "one", "ns:two"]);
});

Deno.test("actionsOfClass() replaces an overridden action, under the name that the override declares", () => {
  class Undecorated extends Base {
    override one(_ctx: unknown): string {
      return "mine";
    }
  }
  class Renamed extends Base {
    @action("uno")
    override one(_ctx: unknown): string {
      return "mine";
    }
  }
  assertEquals(actionsOfClass(Undecorated).map(({ name }) => name).toSorted(), ["ns:two", "one"]);
  assertEquals(actionsOfClass(Renamed).map(({ name }) => name).toSorted(), ["ns:two", "uno"]);
});

Deno.test("nameOfMethod() returns the declared name of a decorated method, null for any other function", () => {
  assertEquals(nameOfMethod(Base.prototype.two), "ns:two");
  for (const other of [Base.prototype.plain, () => {}, "one", null]) assertEquals(nameOfMethod(other), null);
});

Deno.test("pageInstance() returns one dependency per class", () => {
  assertEquals(pageInstance(Base), pageInstance(Base));
  class Other {}
  assertFalse(Object.is(pageInstance(Base), pageInstance(Other)));
});
