/** The Markdown documents of the repository, and their blocks of code. */

const root = new URL("../../", import.meta.url);

/** Returns the paths of all documents, from the root of the repository. */
export async function listDocuments(): Promise<string[]> {
  const paths = ["CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "tests/security/README.md"];
  for (const folder of ["about", "capabilities", "cookbook", "guides", "migrate", "reference"]) {
    for await (const { name } of Deno.readDir(new URL(`examples/showcase/${folder}`, root))) {
      if (name.endsWith(".md")) paths.push(`examples/showcase/${folder}/${name}`);
    }
  }
  return paths.toSorted();
}

/** A block of code that `deno test --doc` leaves out. */
export interface IgnoredBlock {
  readonly path: string;
  readonly language: string;
  readonly code: string;
}

/** Returns the blocks of all documents that are marked `ignore`. */
export async function listIgnoredBlocks(): Promise<readonly IgnoredBlock[]> {
  const blocks: IgnoredBlock[] = [];
  for (const path of await listDocuments()) {
    const text = await Deno.readTextFile(new URL(path, root));
    for (const [, language = "", code = ""] of text.matchAll(/^```(\w+) ignore.*\n([^]*?)^```$/gm)) {
      blocks.push({ path, language, code });
    }
  }
  return blocks;
}
