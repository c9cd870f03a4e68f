import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join, relative } from "@std/path";
import config from "../deno.json" with { type: "json" };

const root = fromFileUrl(import.meta.resolve("../"));

/** Files of the package outside `src`, without the documents and pictures that the README links to. */
const PAPERS = [
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "client.ts",
  "deno.json",
  "mod.ts",
];

/** Documents and pictures that the README links to, and the sources that the documents quote. */
const LINKED = new RegExp(
  [
    String.raw`^examples/showcase/(?:about|capabilities|cookbook|guides|migrate|reference)/[\w-]+\.md$`,
    String.raw`^examples/(?:cookbook|deployment|minimal|openid|showcase/static)/[\w./-]+$`,
    String.raw`^tests/(?:bench/results/\w+\.(?:md|svg)|security/README\.md)$`,
    String.raw`^\.github/showcase\.png$`,
  ].join("|"),
);

Deno.test("the package can be published, and contains only its entries, src and the documents", async () => {
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
    const others = files.filter((file) => !file.startsWith("src/"));
    assertEquals(others.filter((file) => !LINKED.test(file)).toSorted(), PAPERS);
    assert(others.includes("examples/showcase/guides/start.md"), output);
    assert(files.includes("src/handler.ts"), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/**
 * Copies the published files into a folder, and links the stand-ins for `@std` from outside it. A linked module inside the
 * package that is not published is an error, and the stand-ins must not be published. A release leaves `links` out.
 */
async function layOut(folder: string): Promise<void> {
  for (const entry of config.publish.include.filter((entry) => entry !== "deno.json")) {
    await Deno.mkdir(dirname(join(folder, entry)), { recursive: true });
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
