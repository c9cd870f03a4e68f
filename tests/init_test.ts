import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { startProject } from "../src/init/mod.ts";
import { freePort, untilSaid } from "./support/process.ts";

const script = fromFileUrl(import.meta.resolve("../src/init/mod.ts"));

for (
  const [template, flag, ignored] of [
    ["minimal", [], "*.sqlite*\n"],
    ["app", ["--template", "app"], "/data\n"],
  ] as const
) {
  Deno.test(`init writes a project that passes deno check, lint, fmt and its tests: ${template}`, async () => {
    await withFolder(async (parent) => {
      const made = await run(["run", "-A", script, "my-app", ...flag], parent);
      assert(made.success, made.output);
      assertStringIncludes(made.output, "cd my-app\n  deno task dev");
      const folder = join(parent, "my-app");
      const { success, output } = await run(["task", "ok"], folder);
      assert(success, output);
      assertEquals(await Deno.readTextFile(join(folder, ".gitignore")), ignored);
    });
  });
}

Deno.test("init writes an application whose accounts, tasks and sessions survive a restart", async () => {
  await withFolder(async (parent) => {
    const { folder } = await startProject(join(parent, "my-app"), { template: "app" });
    const steps = {
      "first.ts": `
        let page = await client.open("/tasks");
        page = await page.click("Create an account");
        page = await page.form("Create account").fill({ Name: "Ada", Password: "correct horse" }).submit();
        page = await page.form("Add").fill({ "New task": "Buy milk" }).submit();
        console.log(page.find(".tasks").text.split(" Done")[0], client.cookies.get("session"));`,
      "second.ts": `
        client.cookies.set("session", Deno.args[0] ?? "");
        console.log((await client.open("/tasks")).find(".tasks").text.split(" Done")[0]);
        client.cookies.delete("session");
        console.log((await client.open("/tasks")).url.pathname);`,
    };
    for (const [file, step] of Object.entries(steps)) {
      const program = `import { createTestClient } from "@hyper/actions/testing";
        import { handler } from "./main.ts";
        const client = createTestClient(handler);${step}
        await handler.close();`;
      await Deno.writeTextFile(join(folder, file), program);
    }
    const first = await run(["run", "-A", "first.ts"], folder);
    const [, cookie = ""] = /^Buy milk (.{40,})$/m.exec(first.output) ?? [];
    assert(cookie !== "", first.output);
    const second = await run(["run", "-A", "second.ts", cookie], folder);
    assertStringIncludes(second.output, "Buy milk\n/sign-in\n");
  });
});

Deno.test("init writes a Dockerfile and a CI workflow that use this version of Deno and commands that exist", async () => {
  await withFolder(async (parent) => {
    const { folder } = await startProject(join(parent, "my-app"), { template: "app" });
    const dockerfile = await Deno.readTextFile(join(folder, "Dockerfile"));
    assertStringIncludes(dockerfile, `FROM denoland/deno:${Deno.version.deno}\n`);
    const [, install = ""] = /^RUN deno (.*?) &&/m.exec(dockerfile) ?? [];
    const installed = await run(install.split(" "), folder);
    assert(installed.success, installed.output);
    const { tasks } = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
    assertStringIncludes(dockerfile, `CMD ["deno", "task", "start"]`);
    assert("start" in tasks);
    const workflow = await Deno.readTextFile(join(folder, ".github/workflows/ci.yml"));
    assertStringIncludes(workflow, `deno-version: ${Deno.version.deno}\n`);
    const commands = Array.from(workflow.matchAll(/- run: (.*)/g), ([, command]) => command);
    // The task that the test above runs.
    assertEquals(commands.join(" && "), tasks.ok);
  });
});

Deno.test("init writes a project that `deno task start` starts before its packages have been resolved", async () => {
  await withFolder(async (parent) => {
    const { folder } = await startProject(join(parent, "my-app"));
    const config = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
    // As `start`, in a program that ends.
    config.tasks.start = "deno run -A once.ts";
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config));
    const program = `import { handler } from "./main.ts"; await handler.ready; await handler.close();`;
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

Deno.test("init rejects a template that does not exist, and lists those that do", async () => {
  await withFolder(async (folder) => {
    const { success, output } = await run(["run", "-A", script, "my-app", "--template=blog"], folder);
    assertEquals([success, [...Deno.readDirSync(folder)]], [false, []]);
    assertStringIncludes(output, `the template "blog": it does not exist; use minimal or app`);
  });
});

for (const args of [[], ["--help"], ["one", "two"], ["--template", "app"]]) {
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
