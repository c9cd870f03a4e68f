import { assert, assertEquals, assertRejects } from "@std/assert";
import { createTempFile, removeDeadFolders } from "../../src/platform/temp_files.ts";

/** Runs a function with a temporary directory, and removes it. */
async function withDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const names = (directory: string): string[] => Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();

/** Creates a folder as a killed process leaves it. */
async function leftOver(directory: string, name = "hyper-upload-dead"): Promise<string> {
  const path = `${directory}/${name}`;
  await Deno.mkdir(path, { mode: 0o700 });
  await Deno.writeTextFile(`${path}/lock`, "");
  await Deno.writeTextFile(`${path}/file-1`, "secret");
  return path;
}

Deno.test("createTempFile() creates all files of a process in one folder that only its user may enter", async () => {
  await withDirectory(async (directory) => {
    const files = await Promise.all([createTempFile(directory), createTempFile(directory)]);
    const [folder = "", ...others] = names(directory);
    assertEquals(others, []);
    if (Deno.build.os !== "windows") {
      assertEquals(((await Deno.lstat(`${directory}/${folder}`)).mode ?? 0) & 0o777, 0o700);
    }
    for (const file of files) {
      assert(file.path.startsWith(`${directory}/${folder}/`));
      await file.close();
    }
    await files[0].remove();
    await files[0].remove();
    assertEquals(names(directory), [folder]);
    await files[1].remove();
    assertEquals(names(directory), []);
  });
});

Deno.test("createTempFile() creates a new folder while the last one is being removed", async () => {
  await withDirectory(async (directory) => {
    const first = await createTempFile(directory);
    await first.close();
    const [, second] = await Promise.all([first.remove(), createTempFile(directory)]);
    await second.close();
    assertEquals((await Deno.lstat(second.path)).isFile, true);
    await second.remove();
    assertEquals(names(directory), []);
  });
});

Deno.test("createTempFile() creates one folder in each temporary directory", async () => {
  await withDirectory(async (one) =>
    await withDirectory(async (two) => {
      const files = [await createTempFile(one), await createTempFile(two), await createTempFile(one)];
      for (const file of files) await file.close();
      for (const { remove } of files) await remove();
      assertEquals([names(one), names(two)], [[], []]);
    })
  );
});

Deno.test("createTempFile() rejects when the directory does not exist, and works once it does", async () => {
  await withDirectory(async (directory) => {
    await assertRejects(() => createTempFile(`${directory}/none`), Error, "ENOENT");
    await Deno.mkdir(`${directory}/none`);
    const file = await createTempFile(`${directory}/none`);
    await file.close();
    await file.remove();
  });
});

Deno.test("createTempFile() removes the folders of dead processes, once for each directory", async () => {
  await withDirectory(async (directory) => {
    await leftOver(directory);
    const file = await createTempFile(directory);
    await file.close();
    assertEquals(names(directory).includes("hyper-upload-dead"), false);
    await file.remove();
  });
});

Deno.test("removeDeadFolders() keeps the folder of a live process, its own included", async () => {
  await withDirectory(async (directory) => {
    const file = await createTempFile(directory);
    await file.close();
    const dead = await leftOver(directory);
    await removeDeadFolders(directory);
    assertEquals((await Deno.lstat(file.path)).isFile, true);
    await assertRejects(() => Deno.lstat(dead), Deno.errors.NotFound);
    await file.remove();
  });
});

Deno.test("removeDeadFolders() keeps a new folder without a lock, and removes an old one", async () => {
  await withDirectory(async (directory) => {
    for (const name of ["hyper-upload-new", "hyper-upload-old"]) {
      await Deno.mkdir(`${directory}/${name}`, { mode: 0o700 });
    }
    const long = new Date(Date.now() - 120_000);
    await Deno.utime(`${directory}/hyper-upload-old`, long, long);
    await removeDeadFolders(directory);
    assertEquals(names(directory), ["hyper-upload-new"]);
  });
});

Deno.test({
  name: "removeDeadFolders() follows no link, and keeps folders that are shared, of another user or with other files",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withDirectory(async (directory) => {
      const victim = await leftOver(directory, "victim");
      await Deno.symlink(victim, `${directory}/hyper-upload-link`);
      const shared = await leftOver(directory, "hyper-upload-shared");
      await Deno.chmod(shared, 0o777);
      const other = await leftOver(directory, "hyper-upload-other");
      await Deno.writeTextFile(`${other}/precious`, "");
      const file = `${directory}/hyper-upload-file`;
      await Deno.writeTextFile(file, "");
      // Of another user, if this test may change owners.
      const theirs = await leftOver(directory, "hyper-upload-theirs");
      const isRoot = Deno.uid() === 0;
      if (isRoot) await Deno.chown(theirs, 12_345, null);
      await removeDeadFolders(directory);
      assertEquals(names(victim), ["file-1", "lock"]);
      assertEquals(names(shared), ["file-1", "lock"]);
      assertEquals(names(other), ["precious"]);
      assertEquals((await Deno.lstat(file)).isFile, true);
      if (isRoot) assertEquals(names(theirs), ["file-1", "lock"]);
    });
  },
});
