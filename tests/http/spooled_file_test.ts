import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createBodyAccounts, freeAccount } from "../../src/http/body_account.ts";
import { TempFiles } from "./temp_files.ts";
import { FileSpool, SPOOL_THRESHOLD_BYTES } from "../../src/http/file_spool.ts";
import { SpooledFile } from "../../src/http/spooled_file.ts";

/** Bytes that differ by position, so that a wrong offset is found. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
}

async function spool(bytes: Uint8Array<ArrayBuffer>, chunk = 65_536): Promise<File> {
  const spool = new FileSpool(freeAccount());
  for (let at = 0; at < bytes.length; at += chunk) await spool.write(bytes.subarray(at, at + chunk));
  return spool.finish("a.txt", "text/plain");
}

async function spooled(bytes: Uint8Array<ArrayBuffer>): Promise<SpooledFile> {
  const file = await spool(bytes);
  assertInstanceOf(file, SpooledFile);
  return file as SpooledFile;
}

Deno.test("FileSpool keeps a file in memory up to the threshold, and moves a file that is one byte larger to disk", async () => {
  const small = await spool(pattern(SPOOL_THRESHOLD_BYTES));
  assert(!(small instanceof SpooledFile));
  assertEquals(small.size, SPOOL_THRESHOLD_BYTES);
  await using large = await spooled(pattern(SPOOL_THRESHOLD_BYTES + 1));
  assertEquals(large.size, SPOOL_THRESHOLD_BYTES + 1);
});

Deno.test("FileSpool uses the memory of its account, and returns it when the file moves to disk", async () => {
  const limits = { bodyMemoryBytes: Infinity, spooledBytes: Infinity };
  const account = createBodyAccounts(limits).open({ kind: "unknown" });
  const [small, large, next] = [new FileSpool(account), new FileSpool(account), new FileSpool(account)];
  await small.write(pattern(1_000));
  await large.write(pattern(SPOOL_THRESHOLD_BYTES - 1_000));
  assertEquals([account.memoryBytes, account.fileBytes], [SPOOL_THRESHOLD_BYTES, SPOOL_THRESHOLD_BYTES]);
  await large.write(pattern(1));
  assertEquals([account.memoryBytes, account.fileBytes], [1_000, 1_000]);
  await next.write(pattern(500));
  assertEquals([account.memoryBytes, account.fileBytes], [1_500, 1_500]);
  for (const spool of [small, large, next]) await spool.abort();
});

Deno.test("SpooledFile has all properties and methods of a File", async () => {
  const bytes = pattern(SPOOL_THRESHOLD_BYTES + 12_345);
  await using file = await spooled(bytes);
  assertInstanceOf(file, File);
  assertEquals([file.name, file.type, file.size], ["a.txt", "text/plain", bytes.length]);
  assertEquals(await file.bytes(), bytes);
  assertEquals(new Uint8Array(await file.arrayBuffer()), bytes);
  assertEquals(await file.text(), new TextDecoder().decode(bytes));
  assertEquals(new Uint8Array(await new Response(file.stream()).arrayBuffer()), bytes);
});

Deno.test("SpooledFile.stream() can be read twice at the same time, and abandoned", async () => {
  const bytes = pattern(SPOOL_THRESHOLD_BYTES * 2);
  await using file = await spooled(bytes);
  const [one, two] = await Promise.all([new Response(file.stream()).bytes(), new Response(file.stream()).bytes()]);
  assertEquals([one, two], [bytes, bytes]);
  const reader = file.stream().getReader();
  assertEquals((await reader.read()).value?.length, 262_144);
  // Dropped without a cancel: the resource sanitizer would find a file that stays open.
});

Deno.test("SpooledFile.slice() interprets start and end like Blob.slice()", async () => {
  const bytes = pattern(SPOOL_THRESHOLD_BYTES + 100);
  await using file = await spooled(bytes);
  const blob = new Blob([bytes]);
  const size = bytes.length;
  const cuts: [number?, number?][] = [
    [],
    [5],
    [5, 10],
    [-10],
    [-10, -5],
    [10, 5],
    [size - 3, size + 10],
    [-size - 5, 3],
    [size],
    [1.9, 4.9],
    [NaN, 2],
  ];
  for (const [start, end] of cuts) {
    const slice = file.slice(start, end);
    assertEquals(slice.size, blob.slice(start, end).size, `${start} ${end}`);
    assertEquals(await slice.bytes(), await blob.slice(start, end).bytes(), `${start} ${end}`);
  }
  const typed = file.slice(0, 1_000, "image/png").slice(10, 20);
  assertEquals([typed.type, typed.size], ["", 10]);
  assertEquals(await typed.bytes(), bytes.slice(10, 20));
  assertEquals(file.slice(0, 1, "image/PNG").type, "image/png");
  assertEquals(await file.slice(0, 3).text(), new TextDecoder().decode(bytes.slice(0, 3)));
  assertEquals(new Uint8Array(await file.slice(2, 4).arrayBuffer()), bytes.slice(2, 4));
  assertEquals(await new Response(file.slice(7, 9).stream()).bytes(), bytes.slice(7, 9));
});

Deno.test("SpooledFile is removed from disk when it is disposed, also twice", async () => {
  using files = new TempFiles();
  const file = await spooled(pattern(SPOOL_THRESHOLD_BYTES + 1));
  assertEquals(files.left.length, 1);
  await file[Symbol.asyncDispose]();
  await file[Symbol.asyncDispose]();
  assertEquals(files.left, []);
  await assertRejects(() => file.bytes(), Error, "No such file");
});

Deno.test("SpooledFile rejects when the file was truncated on disk", async () => {
  using files = new TempFiles();
  await using file = await spooled(pattern(SPOOL_THRESHOLD_BYTES + 1));
  for (const path of files.left) await Deno.truncate(path, 10);
  await assertRejects(() => file.bytes(), Error, "cut short");
});

Deno.test("FileSpool.abort() leaves nothing on disk", async () => {
  using files = new TempFiles();
  const spool = new FileSpool(freeAccount());
  await spool.write(pattern(SPOOL_THRESHOLD_BYTES + 1));
  assertEquals(files.left.length, 1);
  await spool.abort();
  assertEquals(files.left, []);
});

Deno.test({
  name: "FileSpool keeps a large file in memory if the process has no write permission",
  permissions: { read: true, env: true },
  async fn() {
    const bytes = pattern(SPOOL_THRESHOLD_BYTES * 2);
    const file = await spool(bytes);
    assert(!(file instanceof SpooledFile));
    assertEquals(await file.bytes(), bytes);
  },
});

Deno.test({
  name: "FileSpool needs no permission for the environment",
  permissions: { read: ["/tmp"], write: ["/tmp"] },
  ignore: Deno.build.os === "windows",
  async fn() {
    await using file = await spooled(pattern(SPOOL_THRESHOLD_BYTES + 1));
    assertEquals(file.size, SPOOL_THRESHOLD_BYTES + 1);
  },
});

Deno.test("FileSpool keeps a large file in memory when the temporary directory is missing", async () => {
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", "/nowhere/at/all");
  try {
    const file = await spool(pattern(SPOOL_THRESHOLD_BYTES + 1));
    assert(!(file instanceof SpooledFile));
    assertEquals(file.size, SPOOL_THRESHOLD_BYTES + 1);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
});
