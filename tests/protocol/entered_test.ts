import { assertEquals } from "@std/assert";
import { enteredTexts } from "../../src/protocol/entered.ts";

/** Returns a function for the values of a form with two titles, a password and a file. */
function entered(data: Readonly<Record<string, unknown>> = {}) {
  const fields = new FormData();
  for (const [name, value] of [["title", "Milk"], ["title", "Bread"], ["pin", "1234"]]) fields.append(name!, value!);
  fields.append("file", new File(["x"], "list.txt"));
  return enteredTexts(fields, data, new Set(["pin"]));
}

Deno.test("enteredTexts() returns all values of a field, the name of a file, and nothing of a secret or unknown field", () => {
  assertEquals(["title", "file", "pin", "none"].map(entered()), ["Milk, Bread", "list.txt", "", ""]);
});

Deno.test("enteredTexts() prefers explicit data to the fields, except for secrets", () => {
  const texts = entered({ title: "Tea", count: 0, list: [1, 2], pin: "9" });
  assertEquals(["title", "count", "list", "pin"].map(texts), ["Tea", "0", "1, 2", ""]);
  assertEquals(entered({})("toString"), "");
});

Deno.test("enteredTexts() works without a form", () => {
  assertEquals(enteredTexts(null, { title: "Tea" }, new Set())("title"), "Tea");
  assertEquals(enteredTexts(null, {}, new Set())("title"), "");
});
