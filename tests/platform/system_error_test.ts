import { assertEquals, assertRejects } from "@std/assert";
import { errorCode, isDenied, isMissing } from "../../src/platform/system_error.ts";

Deno.test("errorCode() returns the code of an error of node:fs and of Deno", async () => {
  const { open } = await import("node:fs/promises");
  for (const read of [() => open("/none/of/these", "r"), () => Deno.open("/none/of/these")]) {
    const error = await assertRejects(read);
    assertEquals([errorCode(error), isMissing(error), isDenied(error)], ["ENOENT", true, false]);
  }
});

Deno.test("errorCode() returns the name of an error of Deno that has no code", () => {
  const error = new Deno.errors.NotCapable("Requires read access");
  assertEquals([errorCode(error), isMissing(error), isDenied(error)], ["NotCapable", false, true]);
});

Deno.test("errorCode() returns null for an error without a code, and for a value that is not an error", () => {
  for (const error of [new Error("x"), "ENOENT", null, { code: "ENOENT" }]) assertEquals(errorCode(error), null);
});

Deno.test("isDenied() covers the user and the mode of a file", () => {
  for (const code of ["EACCES", "EPERM"]) assertEquals(isDenied(Object.assign(new Error("x"), { code })), true);
});
