/** Blocks of code in documents that `deno test --doc` does not run. Those in JavaScript run in `tests/browser/code_blocks_test.tsx`. */
import { assert, assertEquals } from "@std/assert";
import { basename, fromFileUrl, join } from "@std/path";
import { listIgnoredBlocks } from "./support/documents.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

/** Documents whose blocks are not checked here, and why. */
const ELSEWHERE: readonly (readonly [path: RegExp, reason: string])[] = [
  [/guides\/start\.md$/, "tests/start_test.ts follows it"],
  [/guides\/tutorial\.md$/, "tests/tutorial_test.ts follows it"],
  [/showcase\/migrate\//, "code of other libraries"],
  [/guides\/binary\.md$/, "`serveDir` is not in the stand-in for @std/http"],
];

Deno.test("documents: a program that starts a server, or needs Redis, passes the type check", async () => {
  const blocks = (await listIgnoredBlocks()).filter(({ path, language }) =>
    /^tsx?$/.test(language) && !ELSEWHERE.some(([other]) => other.test(path))
  );
  assert(blocks.length >= 4, String(blocks.length));
  const folder = await Deno.makeTempDir();
  try {
    const files = await Promise.all(blocks.map(async ({ path, language, code }, index) => {
      const file = join(folder, `${index}_${basename(path, ".md")}.${language}`);
      await Deno.writeTextFile(file, code);
      return file;
    }));
    // The page that a recipe starts.
    await Deno.mkdir(join(folder, "pages"));
    await Deno.copyFile(join(root, "examples/cookbook/scheduled_job.tsx"), join(folder, "pages/page.tsx"));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", join(root, "deno.json"), ...files],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("documents: only TypeScript and JavaScript is marked to be left out, and each exception still exists", async () => {
  const blocks = await listIgnoredBlocks();
  const others = blocks.filter(({ path, language }) => !/^(?:tsx?|js)$/.test(language) && !/tutorial\.md$/.test(path));
  assertEquals(others, []);
  const stale = ELSEWHERE.filter(([other]) => !blocks.some(({ path }) => other.test(path)));
  assertEquals(stale.map(([, reason]) => reason), []);
});
