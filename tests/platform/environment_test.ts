import { assertEquals } from "@std/assert";
import { readVariable, temporaryDirectory, workingDirectory } from "../../src/platform/environment.ts";

Deno.test("readVariable() returns a variable, and null for one that is not set", () => {
  Deno.env.set("HYPER_PLATFORM_TEST", "1");
  assertEquals(readVariable("HYPER_PLATFORM_TEST"), "1");
  Deno.env.delete("HYPER_PLATFORM_TEST");
  assertEquals(readVariable("HYPER_PLATFORM_TEST"), null);
});

Deno.test("workingDirectory() returns the directory of the process", () => {
  assertEquals(workingDirectory(), Deno.cwd());
});

Deno.test({
  name: "temporaryDirectory() reads TMPDIR",
  ignore: Deno.build.os === "windows",
  fn() {
    const before = Deno.env.get("TMPDIR");
    try {
      Deno.env.set("TMPDIR", "/var/elsewhere");
      assertEquals(temporaryDirectory(), "/var/elsewhere");
      Deno.env.delete("TMPDIR");
      assertEquals(temporaryDirectory(), "/tmp");
    } finally {
      if (before !== undefined) Deno.env.set("TMPDIR", before);
    }
  },
});
