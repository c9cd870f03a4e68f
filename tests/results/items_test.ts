import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { isItem, isUnsafeHtml } from "../../src/results/item.ts";
import {
  checkpoint,
  event,
  history,
  html,
  loadJs,
  redirect,
  refresh,
  remove,
  signal,
  signals,
  switchTo,
  unsafeHtml,
} from "../../src/results/items.ts";
import { toast } from "../../src/results/toast.ts";
import { SWAPS } from "../../src/protocol/patch.ts";

Deno.test("isItem() accepts only items of this module, not look-alikes", () => {
  const target = { name: "a", method: "GET" } as const;
  const items = [
    html("x"),
    remove("#a"),
    signal("a", 1),
    signals({}),
    toast("x"),
    event("x"),
    redirect("/"),
    history({ push: "/" }),
    loadJs("/a.js"),
    checkpoint("a"),
    switchTo(target),
    refresh(),
  ];
  for (const item of items) {
    assert(isItem(item), item.kind);
    assertFalse(isItem({ ...item }));
    assertFalse(isItem(JSON.parse(JSON.stringify(item))));
  }
  for (const other of [null, undefined, "x", unsafeHtml("x"), []]) assertFalse(isItem(other));
});

Deno.test("isUnsafeHtml() accepts only values of unsafeHtml(), not look-alikes", () => {
  assert(isUnsafeHtml(unsafeHtml("<b>")));
  for (const other of [{ markup: "<b>" }, "<b>", null, html("x")]) assertFalse(isUnsafeHtml(other));
});

for (const swap of SWAPS) {
  Deno.test(`html() accepts the swap ${swap}`, () => assertEquals(html("x", { swap }).options.swap, swap));
}

for (const swap of ["replace", "innerHTML", "", "constructor"]) {
  Deno.test(`html() throws for the swap ${JSON.stringify(swap)}`, () => {
    assertThrows(() => html("x", { swap: swap as "inner" }), TypeError, "is unknown; use one of inner, outer");
  });
}

for (const delay of [-1, NaN, Infinity]) {
  Deno.test(`html() throws for a delay of ${delay}`, () => {
    assertThrows(() => html("x", { swapDelay: delay }), TypeError, "swapDelay");
    assertThrows(() => html("x", { settleDelay: delay }), TypeError, "settleDelay");
  });
}

Deno.test("redirect() accepts a URL, and is external only if requested", () => {
  assertEquals(redirect(new URL("http://site.test/a")).url, "http://site.test/a");
  assertEquals([redirect("/").external, redirect("/", {}).external, redirect("/", { external: true }).external], [
    false,
    false,
    true,
  ]);
});

for (const name of ["a", "0", "a.b_c-d", "x".repeat(64)]) {
  Deno.test(`checkpoint() accepts the name ${name.slice(0, 8)}`, () => assertEquals(checkpoint(name).name, name));
}

for (const name of ["", "-a", "a b", "a:b", "a\n", "x".repeat(65)]) {
  Deno.test(`checkpoint() throws for the name ${JSON.stringify(name.slice(0, 8))}`, () => {
    assertThrows(() => checkpoint(name), TypeError, "Cannot make checkpoint");
  });
}
