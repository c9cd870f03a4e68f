import { assert, assertEquals, assertRejects } from "@std/assert";
import { createSpoolFile, tidy } from "../../src/http/spool_folder.ts";

/** A temporary directory of its own, removed with all that is left in it. */
async function withDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const names = (directory: string): string[] => Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();

/** A folder as a killed process leaves it. */
async function leftOver(directory: string, name = "hyper-upload-dead"): Promise<string> {
  const path = `${directory}/${name}`;
  await Deno.mkdir(path, { mode: 0o700 });
  await Deno.writeTextFile(`${path}/lock`, "");
  await Deno.writeTextFile(`${path}/file-1`, "secret");
  return path;
}

Deno.test("createSpoolFile() puts all files of a process into one folder that only its user may enter", async () => {
  await withDirectory(async (directory) => {
    const files = await Promise.all([createSpoolFile(directory), createSpoolFile(directory)]);
    const [folder = "", ...others] = names(directory);
    assertEquals(others, []);
    if (Deno.build.os !== "windows") {
      assertEquals(((await Deno.lstat(`${directory}/${folder}`)).mode ?? 0) & 0o777, 0o700);
    }
    for (const file of files) {
      assert(file.path.startsWith(`${directory}/${folder}/`));
      file.disk.close();
    }
    await files[0].remove();
    await files[0].remove();
    assertEquals(names(directory), [folder]);
    await files[1].remove();
    assertEquals(names(directory), []);
  });
});

Deno.test("createSpoolFile() makes a new folder while the last one is being removed", async () => {
  await withDirectory(async (directory) => {
    const first = await createSpoolFile(directory);
    first.disk.close();
    const [, second] = await Promise.all([first.remove(), createSpoolFile(directory)]);
    second.disk.close();
    assertEquals((await Deno.lstat(second.path)).isFile, true);
    await second.remove();
    assertEquals(names(directory), []);
  });
});

Deno.test("createSpoolFile() keeps folders of two temporary directories apart", async () => {
  await withDirectory(async (one) =>
    await withDirectory(async (two) => {
      const files = [await createSpoolFile(one), await createSpoolFile(two), await createSpoolFile(one)];
      for (const { disk } of files) disk.close();
      for (const { remove } of files) await remove();
      assertEquals([names(one), names(two)], [[], []]);
    })
  );
});

Deno.test("createSpoolFile() fails where there is no directory, and works again where there is one", async () => {
  await withDirectory(async (directory) => {
    await assertRejects(() => createSpoolFile(`${directory}/none`), Deno.errors.NotFound);
    await Deno.mkdir(`${directory}/none`);
    const file = await createSpoolFile(`${directory}/none`);
    file.disk.close();
    await file.remove();
  });
});

Deno.test("the first file of a process removes what dead ones have left", async () => {
  await withDirectory(async (directory) => {
    await leftOver(directory);
    const file = await createSpoolFile(directory);
    file.disk.close();
    assertEquals(names(directory).includes("hyper-upload-dead"), false);
    await file.remove();
  });
});

Deno.test("tidy() leaves the folder of a process that lives, its own included", async () => {
  await withDirectory(async (directory) => {
    const file = await createSpoolFile(directory);
    file.disk.close();
    const dead = await leftOver(directory);
    await tidy(directory);
    assertEquals((await Deno.lstat(file.path)).isFile, true);
    await assertRejects(() => Deno.lstat(dead), Deno.errors.NotFound);
    await file.remove();
  });
});

Deno.test("tidy() leaves a folder that is not locked yet, and removes one that never will be", async () => {
  await withDirectory(async (directory) => {
    for (const name of ["hyper-upload-new", "hyper-upload-old"]) {
      await Deno.mkdir(`${directory}/${name}`, { mode: 0o700 });
    }
    const long = new Date(Date.now() - 120_000);
    await Deno.utime(`${directory}/hyper-upload-old`, long, long);
    await tidy(directory);
    assertEquals(names(directory), ["hyper-upload-new"]);
  });
});

Deno.test({
  name: "tidy() does not follow a link, and touches nothing that others may write or that is not its own",
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
      // Another user's, where this test may give files away.
      const theirs = await leftOver(directory, "hyper-upload-theirs");
      const isRoot = Deno.uid() === 0;
      if (isRoot) await Deno.chown(theirs, 12_345, null);
      await tidy(directory);
      assertEquals(names(victim), ["file-1", "lock"]);
      assertEquals(names(shared), ["file-1", "lock"]);
      assertEquals(names(other), ["precious"]);
      assertEquals((await Deno.lstat(file)).isFile, true);
      if (isRoot) assertEquals(names(theirs), ["file-1", "lock"]);
    });
  },
});
