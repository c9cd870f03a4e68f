import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  isFileSync,
  listFolder,
  readFacts,
  readRange,
  readTextFile,
  realPath,
  realPathSync,
} from "../../src/platform/files.ts";
import { isMissing } from "../../src/platform/system_error.ts";

/** Runs a function with a folder that has a file "a.txt", a folder "b" and a link to the file. */
async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "0123456789");
    await Deno.mkdir(`${folder}/b`);
    await Deno.symlink(`${folder}/a.txt`, `${folder}/link`);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("realPath() and realPathSync() follow links", async () => {
  await withFolder(async (folder) => {
    assertEquals(await realPath(`${folder}/b/../link`), `${folder}/a.txt`);
    assertEquals(realPathSync(`${folder}/link`), `${folder}/a.txt`);
    assertEquals(isMissing(await assertRejects(() => realPath(`${folder}/none`))), true);
    assertEquals(isMissing(assertThrows(() => realPathSync(`${folder}/none`))), true);
  });
});

Deno.test("readFacts() and isFileSync() follow links", async () => {
  await withFolder(async (folder) => {
    assertEquals(await readFacts(`${folder}/link`), { isFile: true, isDirectory: false, size: 10 });
    const facts = await readFacts(`${folder}/b`);
    assertEquals([facts.isFile, facts.isDirectory], [false, true]);
    assertEquals([isFileSync(`${folder}/link`), isFileSync(folder)], [true, false]);
  });
});

Deno.test("listFolder() does not follow links", async () => {
  await withFolder(async (folder) => {
    const entries = (await listFolder(folder)).toSorted((a, b) => a.name < b.name ? -1 : 1);
    assertEquals(entries, [
      { name: "a.txt", isFile: true, isDirectory: false, isSymlink: false },
      { name: "b", isFile: false, isDirectory: true, isSymlink: false },
      { name: "link", isFile: false, isDirectory: false, isSymlink: true },
    ]);
  });
});

Deno.test("readTextFile() reads UTF-8", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/u`, "é 𝄞");
    assertEquals(await readTextFile(`${folder}/u`), "é 𝄞");
  });
});

Deno.test("readRange() reads a part, and rejects when the file is shorter", async () => {
  await withFolder(async (folder) => {
    assertEquals(new TextDecoder().decode(await readRange(`${folder}/a.txt`, 2, 5)), "23456");
    assertEquals((await readRange(`${folder}/a.txt`, 10, 0)).length, 0);
    await assertRejects(() => readRange(`${folder}/a.txt`, 8, 3), Error, "cut short");
  });
});
