import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";

Deno.test("`deno task start` serves the showcase on PORT and prints its URL", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "start"],
    cwd: fromFileUrl(import.meta.resolve("../")),
    // Port 0 is any free one.
    env: { PORT: "0", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  try {
    let text = "";
    for await (const chunk of output.values({ preventCancel: true })) {
      text += chunk;
      if (text.includes("\n")) break;
    }
    const url = /http:\/\/localhost:\d+\//.exec(text)?.[0];
    if (url === undefined) throw new Error(`Cannot find the URL in: ${text}`);
    const response = await fetch(url);
    assertEquals(response.status, 200);
    assertStringIncludes(await response.text(), "<h1>Functions of your server that update the page</h1>");
  } finally {
    child.kill();
    await output.cancel();
    await child.status;
  }
});
