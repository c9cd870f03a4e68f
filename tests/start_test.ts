/** The first guide, followed literally: its files are written into an empty folder, its test runs, and its server serves the page. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { startProject } from "../src/init/mod.ts";
import { freePort, untilSaid } from "./support/process.ts";

const guide = await Deno.readTextFile(new URL("../examples/showcase/guides/start.md", import.meta.url));

Deno.test("start: the files of the guide are an application, and its test passes", async () => {
  const parent = await Deno.makeTempDir();
  const folder = join(parent, "todos");
  try {
    // `deno add` needs JSR; a project of this working copy has the same imports, linked to it.
    await startProject(join(parent, "project"));
    const { imports, links } = JSON.parse(await Deno.readTextFile(join(parent, "project/deno.json")));
    const [, options = ""] = /```json\n("compilerOptions": .*)\n```/.exec(guide) ?? [];
    await Deno.mkdir(folder);
    await Deno.writeTextFile(
      join(folder, "deno.json"),
      `{ "imports": ${JSON.stringify(imports)}, "links": ${JSON.stringify(links)}, ${options} }`,
    );
    const written: string[] = [];
    for (const [, path = "", text = ""] of guide.matchAll(/^```tsx?(?: ignore)?\n\/\/ (\S+)\n(.*?)^```$/gms)) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
      written.push(path);
    }
    assertEquals(written, ["pages/page.tsx", "main.ts", "pages/layout.tsx", "main_test.ts"]);

    const commands = Array.from(guide.matchAll(/^deno (run --allow-net|test) .*$/gm), ([command]) => command);
    assertEquals(commands, ["deno run --allow-net --allow-read main.ts", "deno test --allow-read"]);
    const { success, output } = await run(commands[1] ?? "", folder);
    assert(success, output);
    const port = freePort();
    await Deno.writeTextFile(
      join(folder, "main.ts"),
      (await Deno.readTextFile(join(folder, "main.ts"))).replace("Deno.serve(", `Deno.serve({ port: ${port} }, `),
    );
    const [, ...args] = (commands[0] ?? "").split(" ");
    const server = new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { drained } = await untilSaid(server.stderr, "Listening", "deno run");
    const html = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    server.kill();
    await Promise.all([server.status, drained]);
    assertStringIncludes(html, "<title>To do</title>");
    assertStringIncludes(html, '<link rel="stylesheet" href="/_hyper/base.css"');
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

async function run(command: string, cwd: string): Promise<{ readonly success: boolean; readonly output: string }> {
  const [, ...args] = command.split(" ");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  return { success, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
