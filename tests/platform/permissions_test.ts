import { assertEquals } from "@std/assert";

Deno.test("isGranted() does not prompt, so that a process without permissions starts", async () => {
  const module = import.meta.resolve("../../src/platform/environment.ts");
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      path,
      `import { mainModule, readVariable, temporaryDirectory } from ${JSON.stringify(module)};
       console.log(JSON.stringify([readVariable("HOME"), temporaryDirectory(), mainModule() !== ""]));`,
    );
    // Without `--no-prompt`, a request instead of a query would prompt, or be denied with a message.
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", path],
      stdin: "null",
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [null, null, true]);
  } finally {
    await Deno.remove(path);
  }
});
