/** The tutorial, followed step by step: its commands run, and its files are written as a reader would. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { startProject } from "../src/init/mod.ts";

const guide = new URL("../examples/showcase/guides/tutorial.md", import.meta.url);

/** A step of the tutorial: a file to write, or commands to run. */
type Step =
  | { readonly kind: "write" | "append"; readonly path: string; readonly text: string }
  | { readonly kind: "run"; readonly commands: readonly string[] };

/** Reads the fences with a file name, the quoted files, and the commands, in order. */
async function* readSteps(markdown: string): AsyncGenerator<Step> {
  const steps = /^```(\w+)(?: ignore)?(?: (add to )?(\S+))?\n(.*?)^```$|^\[([^\]]+)\]\((\S+)\)$/gms;
  for (const [, language, adds, path, text = "", quoted, href = ""] of markdown.matchAll(steps)) {
    if (quoted !== undefined) {
      yield { kind: "write", path: quoted.replaceAll("\\", ""), text: await Deno.readTextFile(new URL(href, guide)) };
    } else if (path !== undefined) {
      yield { kind: adds === undefined ? "write" : "append", path, text };
    } else if (language === "sh") {
      yield { kind: "run", commands: text.trimEnd().split("\n") };
    }
  }
}

/** Commands that start a server or need Docker: other tests start the server of a project. */
const NOT_RUN = /^(?:cd tasks|deno task dev|docker .*)$/;

async function runCommand(command: string, folder: string): Promise<void> {
  const [, name, template] = /^deno run -A jsr:@hyper\/actions\/init (\S+)(?: --template (app))?$/.exec(command) ?? [];
  if (name !== undefined) {
    await startProject(join(folder, name === "tasks" ? "" : name), template === "app" ? { template } : {});
  } else if (!NOT_RUN.test(command)) {
    assert(/^(?:rm|cp|deno task (?:test|ok))\b/.test(command), `a command that this test does not know: ${command}`);
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, `${command}\n${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`);
  }
}

Deno.test("tutorial: each command works, and the result is the application of the template app", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const folder = join(parent, "tasks");
    const written = new Set<string>();
    const text = await Deno.readTextFile(guide);
    let [runs, files, lines] = [0, 0, 0];
    for await (const step of readSteps(text)) {
      if (step.kind === "run") {
        for (const command of step.commands) await runCommand(command, folder);
        runs += step.commands.length;
        continue;
      }
      const path = join(folder, step.path);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, step.text, { append: step.kind === "append" });
      written.add(step.path);
      files += 1;
      lines += step.text.split("\n").length - 1;
    }
    // The introduction counts what a reader writes.
    assertStringIncludes(text, `${runs} commands and ${files} files with ${Math.round(lines / 10) * 10} lines`);
    assert(runs >= 8 && written.size >= 18, `${runs} commands, ${written.size} files`);
    const expected = await startProject(join(parent, "expected"), { template: "app" });
    for (const path of expected.files.filter((file) => !/^README\.md$|^AGENTS\.md$|^\.github/.test(file))) {
      const [own, expected] = await Promise.all(
        ["tasks", "expected"].map((project) => Deno.readTextFile(join(parent, project, path))),
      );
      assertEquals(own, expected, path);
    }
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("tutorial: each file is formatted as in a new project", async () => {
  for await (const step of readSteps(await Deno.readTextFile(guide))) {
    if (step.kind === "run" || !/\.tsx?$/.test(step.path)) continue;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--no-config", "--ext", step.path.split(".").at(-1) ?? "", "-"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(step.text));
    await writer.close();
    const { stdout } = await child.output();
    assertEquals(step.text.trim(), new TextDecoder().decode(stdout).trim(), step.path);
  }
});
