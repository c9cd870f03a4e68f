import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";

Deno.test("`deno task dev` serves what `deno task start` does, in development", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "dev"],
    cwd: fromFileUrl(import.meta.resolve("../../")),
    env: { PORT: "0", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "null",
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
    assertMatch(await response.text(), /<script type="module" src="\/_hyper\/dev\.js"/);
  } finally {
    child.kill();
    await output.cancel();
    await child.status;
  }
});
