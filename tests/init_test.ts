import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { startProject } from "../src/init/mod.ts";
import { freePort, untilSaid } from "./support/process.ts";

const script = fromFileUrl(import.meta.resolve("../src/init/mod.ts"));

Deno.test("init writes a project that passes deno check, lint, fmt and its tests", async () => {
  await withFolder(async (parent) => {
    const made = await run(["run", "-A", script, "my-app"], parent);
    assert(made.success, made.output);
    assertStringIncludes(made.output, "cd my-app\n  deno task dev");
    const folder = join(parent, "my-app");
    for (const args of [["check"], ["lint"], ["fmt", "--check"], ["task", "test"]]) {
      const { success, output } = await run(args, folder);
      assert(success, `deno ${args.join(" ")}: ${output}`);
    }
    assertEquals(await Deno.readTextFile(join(folder, ".gitignore")), "*.sqlite*\n");
  });
});

Deno.test("init writes a project that `deno task start` starts before its packages have been resolved", async () => {
  await withFolder(async (parent) => {
    const { folder } = await startProject(join(parent, "my-app"));
    const config = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
    // As `start`, in a program that ends.
    config.tasks.start = "deno run -A once.ts";
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config));
    const program = `import handler from "./main.ts"; await handler.ready; await handler.close();`;
    await Deno.writeTextFile(join(folder, "once.ts"), program);
    const { success, output } = await run(["task", "start"], folder);
    assert(success, output);
  });
});

Deno.test("init writes a project whose tasks take --port, and which only this machine can reach in development", async () => {
  await withFolder(async (parent) => {
    const { folder } = await startProject(join(parent, "my-app"));
    for (const [task, hostname] of [["dev", "127.0.0.1"], ["start", "0.0.0.0"]] as const) {
      const port = freePort();
      const child = new Deno.Command(Deno.execPath(), {
        args: ["task", task, "--port", String(port)],
        cwd: folder,
        env: { NO_COLOR: "1" },
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const [out, err] = [child.stdout, child.stderr];
      const { drained } = await untilSaid(err, `http://${hostname}:${port}/`, `deno task ${task}`);
      const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      assertStringIncludes(page, "<h1>Guest book</h1>");
      const style = await fetch(`http://127.0.0.1:${port}/_hyper/base.css`);
      assertEquals(style.headers.get("content-type"), "text/css; charset=utf-8");
      await style.body?.cancel();
      child.kill("SIGTERM");
      await Promise.all([child.status, drained, out.cancel()]);
    }
  });
});

Deno.test("init rejects a folder that is not empty", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "main.ts"), "mine");
    await assertRejects(() => startProject(folder), TypeError, `it contains "main.ts"`);
    const refused = await run(["run", "-A", script, folder], folder);
    assertEquals([refused.success, /Cannot start a project/.test(refused.output)], [false, true]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["main.ts"]);
    assertEquals(await Deno.readTextFile(join(folder, "main.ts")), "mine");
  });
});

for (const args of [[], ["--help"], ["one", "two"]]) {
  Deno.test(`init rejects the arguments "${args.join(" ")}" and asks for one folder`, async () => {
    await withFolder(async (folder) => {
      const { success, output } = await run(["run", "-A", script, ...args], folder);
      assertEquals([success, [...Deno.readDirSync(folder)]], [false, []]);
      assertStringIncludes(output, "name its folder");
    });
  });
}

async function run(args: string[], cwd: string): Promise<{ readonly success: boolean; readonly output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
