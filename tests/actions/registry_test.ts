import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { action } from "../../src/actions/action.ts";
import type { ActionLocation } from "../../src/actions/backend.ts";
import { FormActionManager } from "../../src/actions/manager.ts";
import { RegistryFormActionBackend } from "../../src/actions/registry.ts";
import { formActionUid, formActionUrl } from "../../src/actions/uid.ts";

const at = (file: string): ActionLocation => ({ file: `pages/${file}.tsx`, exportName: file });

Deno.test("RegistryFormActionBackend stores actions by UID and by name, in order", () => {
  const registry = new RegistryFormActionBackend();
  const [one, two] = [action("one", () => {}), action("two", () => {})];
  registry.registerAction(one, at("a"));
  registry.registerAction(two, at("b"));
  assertEquals([registry.getByUid(two.uid), registry.getByName("one"), [...registry.actions()]], [two, one, [
    one,
    two,
  ]]);
  assertEquals(registry.getActionUrl(one), formActionUrl("one"));
});

for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", ""]) {
  Deno.test(`RegistryFormActionBackend returns null for an unregistered action: ${name}`, () => {
    const registry = new RegistryFormActionBackend();
    assertEquals([registry.getByName(name), registry.getByUid(name)], [null, null]);
  });
}

Deno.test("RegistryFormActionBackend rejects a second action of the same name and names both places", () => {
  const registry = new RegistryFormActionBackend();
  registry.registerAction(action("save", () => {}), at("first"));
  const error = assertThrows(() => registry.registerAction(action("save", () => {}), at("second")), TypeError);
  for (const phrase of ['"save"', '"first" in pages/first.tsx', '"second" in pages/second.tsx']) {
    assertStringIncludes(error.message, phrase);
  }
});

Deno.test("RegistryFormActionBackend rejects another name with the same UID and names both places", () => {
  const registry = new RegistryFormActionBackend();
  const first = action("first", () => {});
  // No two names with the same UID are known, so the test sets the UID.
  const twin = { ...action("twin", () => {}), uid: first.uid };
  registry.registerAction(first, at("a"));
  const error = assertThrows(() => registry.registerAction(twin, at("b")), TypeError);
  assertStringIncludes(error.message, `its UID ${first.uid} is that of "first" in "a" in pages/a.tsx`);
});

Deno.test("FormActionManager tries the backends in order", () => {
  class Named extends RegistryFormActionBackend {
    override accepts({ namespace }: { readonly namespace: string | null }): boolean {
      return namespace === "ns";
    }
  }
  const [named, rest] = [new Named(), new RegistryFormActionBackend()];
  const manager = new FormActionManager([named, rest]);
  const [one, two] = [action("a", { namespace: "ns" }, () => {}), action("b", () => {})];
  assertEquals([manager.registerAction(one, at("a")), manager.registerAction(two, at("b"))], [named, rest]);
  assertEquals(manager.findByUid(formActionUid("b")), { action: two, backend: rest });
  assertEquals(manager.findByName("ns:a"), { action: one, backend: named });
  assertEquals([manager.findByName("a"), manager.findByUid("b")], [null, null]);
  assertEquals([...manager.actions()].map(({ action }) => action.name), ["ns:a", "b"]);
  assertEquals(manager.getActionUrl("b"), formActionUrl("b"));
});

Deno.test("FormActionManager rejects a name that another backend owns", () => {
  const manager = new FormActionManager([new RegistryFormActionBackend(), new RegistryFormActionBackend()]);
  manager.registerAction(action("save", () => {}), at("a"));
  assertThrows(() => manager.registerAction(action("save", () => {}), at("b")), TypeError, "pages/a.tsx");
});

Deno.test("FormActionManager.getActionUrl() lists similar names for an unknown one", () => {
  const manager = new FormActionManager([new RegistryFormActionBackend()]);
  assertThrows(() => manager.getActionUrl("save"), TypeError, "no action is registered");
  manager.registerAction(action("save_note", () => {}), at("a"));
  manager.registerAction(action("other", () => {}), at("b"));
  assertThrows(() => manager.getActionUrl("safe_note"), TypeError, 'did you mean "save_note"');
  assertThrows(() => manager.getActionUrl("zzzzzzzz"), TypeError, 'there are "save_note", "other"');
});
