import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join, relative } from "@std/path";
import config from "../deno.json" with { type: "json" };

const root = fromFileUrl(import.meta.resolve("../"));

/** Files of the package outside of `src`. */
const PAPERS = ["CHANGELOG.md", "LICENSE", "README.md", "client.ts", "deno.json", "mod.ts"];

Deno.test("the package can be published, and contains only its entries, src and its documents", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await layOut(folder);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["publish", "--dry-run", "--allow-dirty"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stderr);
    assert(success, output);
    const base = await Deno.realPath(folder);
    const files = [...output.matchAll(/^\s+(file:\S+) \([\d.]+[A-Z]*B\)$/gm)]
      .map(([, url = ""]) => relative(base, fromFileUrl(url)).replaceAll("\\", "/"));
    assertEquals(files.filter((file) => !file.startsWith("src/")).toSorted(), PAPERS);
    assert(files.includes("src/handler.ts"), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/**
 * Copies the published files to a separate folder, with the stand-ins for `@std` linked from outside of it: a linked module
 * inside the package that is not published would be an error, and a stand-in must not be published. A real release omits
 * `links`.
 */
async function layOut(folder: string): Promise<void> {
  for (const entry of config.publish.include.filter((entry) => entry !== "deno.json")) {
    await copy(join(root, entry), join(folder, entry));
  }
  const links = config.links.map((link) => relative(folder, join(root, link)).replaceAll("\\", "/"));
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ ...config, links }));
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}
