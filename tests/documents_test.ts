/** The Markdown documents: their links, their core terms, and the files that the package contains. */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { listDocuments } from "./support/documents.ts";
import { listMessages } from "./support/message_index.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

/** Removes fenced code blocks. */
const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```$/gms, "");

/** Returns the IDs of the headings of a document, like GitHub. */
function headingIds(text: string): Set<string> {
  const headings = withoutCode(text).matchAll(/^#+ (.+)$/gm);
  return new Set(
    Array.from(
      headings,
      ([, heading = ""]) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"),
    ),
  );
}

/** Yields the relative links of a document: the path from the root, and the fragment. */
function* linksOf(path: string, text: string): Generator<{ readonly href: string; to: string; hash: string }> {
  for (const [, href = ""] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(href)) continue;
    const [file = "", hash = ""] = href.split("#");
    yield { href, to: file === "" ? path : new URL(file, new URL(path, root)).href.slice(root.href.length), hash };
  }
}

Deno.test("documents: every relative link leads to a file, and every fragment to a heading", async () => {
  const broken: string[] = [];
  for (const path of await listDocuments()) {
    for (const { href, to, hash } of linksOf(path, await read(path))) {
      const exists = await Deno.stat(new URL(to, root)).then(() => true, () => false);
      if (!exists) broken.push(`${path}: ${href}`);
      else if (hash !== "" && !headingIds(await read(to)).has(hash)) broken.push(`${path}: ${href}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("documents: every file that the README links to is in the package", async () => {
  const { include } = config.publish;
  const isPublished = (path: string) => include.some((entry) => path === entry || path.startsWith(`${entry}/`));
  const missing = Array.from(linksOf("README.md", await read("README.md")), ({ to }) => to).filter((to) =>
    !isPublished(to)
  );
  assertEquals(missing, []);
});

Deno.test("documents: every link of a file in the package leads to a file in the package", async () => {
  const { include } = config.publish;
  const isPublished = (path: string) => include.some((entry) => path === entry || path.startsWith(`${entry}/`));
  const missing: string[] = [];
  for (const path of (await listDocuments()).filter(isPublished)) {
    for (const { href, to } of linksOf(path, await read(path))) if (!isPublished(to)) missing.push(`${path}: ${href}`);
  }
  assertEquals(missing, []);
});

Deno.test("documents: the reference has every exported name and option with a description, and every error class", async () => {
  const [api, options, errors] = await Promise.all(
    ["api", "options", "errors"].map((name) => read(`examples/showcase/reference/${name}.md`)),
  );
  const rows = Array.from(`${api}\n${options}`.matchAll(/^\| \[?`([^`]+)`.*?\| ([^|]*?) \|$/gm));
  assert(rows.length > 700, String(rows.length));
  assertEquals(rows.filter(([, , description = ""]) => !/\w/.test(description)).map(([, name]) => name), []);
  const classes = Array.from((api ?? "").matchAll(/`(\w+Error)`(?:\]\([^)]*\))? \| class/g), ([, name = ""]) => name);
  assert(classes.length >= 4);
  assertEquals([...new Set(classes)].filter((name) => !errors?.includes(`\`${name}\``)), []);
});

Deno.test("documents: mod.ts, README, home page and concepts.md define the core terms alike", async () => {
  const definitions = async (path: string) => {
    const text = (await read(path)).replaceAll(/^ \* ?/gm, "").replaceAll(/<\/?code>/g, "`").replaceAll(
      /\s*\{" "\}\s*/g,
      " ",
    )
      .replaceAll(/\{@linkcode (\w+)\}/g, "`$1()`");
    return ["action", "intent", "outcome", "item", "patch"].map((term) => {
      const [, definition = ""] =
        new RegExp(`An? (?:\\*\\*|<strong>)${term}(?:\\*\\*|</strong>)([^]*?)(?=\\n\\s*(?:-|\\n|</li>))`)
          .exec(text) ?? [];
      assert(definition !== "", `${path} has a definition of "${term}"`);
      return definition.replaceAll(/\s+/g, " ").trim();
    });
  };
  const expected = await definitions("README.md");
  for (const path of ["mod.ts", "examples/showcase/guides/concepts.md", "examples/showcase/pages/page.tsx"]) {
    assertEquals(await definitions(path), expected, path);
  }
});

Deno.test("documents: nothing is said twice: a sentence or a row of a table is in one document, and others link to it", async () => {
  // The README is complete on its own, the security model too, and the others are generated or have their own list.
  const own = /^(?:README|SECURITY|CHANGELOG|CONTRIBUTING|tests\/)|reference\/(?:api|options|messages)\.md$/;
  const found = new Map<string, Set<string>>();
  for (const path of (await listDocuments()).filter((path) => !own.test(path))) {
    for (const sentence of sentencesOf(await read(path))) {
      found.set(sentence, (found.get(sentence) ?? new Set()).add(path));
    }
  }
  assert(found.size > 2000, String(found.size));
  assertEquals(Array.from(found).filter(([, paths]) => paths.size > 1), []);
});

/** Returns the sentences and the rows of tables of a document, without short ones and without the targets of links. */
function sentencesOf(text: string): string[] {
  const blocks = withoutCode(text).replaceAll(/\]\([^)]*\)/g, "]").split(/\n\n|\n(?=- |\d\. |\|)/);
  return blocks.flatMap((block) => {
    const line = block.replaceAll(/\s+/g, " ").trim();
    if (line.startsWith("|")) return [line.replaceAll(/ *\| */g, "|")];
    return line.replace(/^(?:-|\d\.) /, "").split(/(?<=[.:]) (?=[A-Z*`])/);
  }).filter((sentence) => sentence.split(" ").length >= 8);
}

Deno.test("documents: README and reference list the same error classes", async () => {
  const rows = async (path: string) => {
    const found = (await read(path)).matchAll(/^\| (`\w*Error`(?:, `\w*Error`)?) +\| ([\d–]+) +\| (.*?) *\|$/gm);
    return new Map(Array.from(found, ([, name = "", status, text]) => [name, `${status} ${text}`]));
  };
  const reference = await rows("examples/showcase/reference/errors.md");
  const readme = await rows("README.md");
  assert(readme.size >= 5);
  for (const [name, row] of readme) assertEquals(reference.get(name), row);
});

Deno.test("documents: every message that a document quotes is the beginning of a message of the source", async () => {
  const normalize = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll(/"[^"]*"/g, '"…"');
  const known = (await listMessages()).map(({ text }) => normalize(text));
  const unknown: string[] = [];
  let quotes = 0;
  for (const path of await listDocuments()) {
    // The list itself is compared with the source by another test, and the changelog has old messages.
    if (/reference\/messages\.md$|^CHANGELOG\.md$/.test(path)) continue;
    for (const [, quoted = ""] of (await read(path)).matchAll(/`(Cannot [^`<]{12,}?)(?: …)?`/g)) {
      quotes += 1;
      if (!known.some((message) => message.startsWith(normalize(quoted)))) unknown.push(`${path}: ${quoted}`);
    }
  }
  assertEquals(unknown, []);
  assert(quotes > 10);
});
