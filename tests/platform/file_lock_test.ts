import { assert, assertEquals, assertRejects } from "@std/assert";
import { lockNewFile, tryLockFile } from "../../src/platform/file_lock.ts";

Deno.test("tryLockFile() locks a file once it is released", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/lock`;
    assertEquals(await tryLockFile(path), "missing");
    const lock = await lockNewFile(path);
    // A lock belongs to the open file, so that the same process cannot lock it twice.
    assertEquals(await tryLockFile(path), "held");
    lock.release();
    const second = await tryLockFile(path);
    assert(typeof second === "object");
    second.release();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lockNewFile() rejects for a file that exists", async () => {
  const path = await Deno.makeTempFile();
  try {
    await assertRejects(() => lockNewFile(path), Deno.errors.AlreadyExists);
  } finally {
    await Deno.remove(path);
  }
});
