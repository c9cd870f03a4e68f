/** A18: a disk that fails while a file is spooled: at its opening, at any write, when it is read, and when it is removed. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError, StorageError } from "../../src/errors.ts";
import { type BodyAccount, createBodyAccounts, freeAccount } from "../../src/http/body_account.ts";
import { FileSpool, MEMORY_BYTES, SPOOL_THRESHOLD_BYTES } from "../../src/http/file_spool.ts";
import { SpooledFile } from "../../src/http/spooled_file.ts";
import { captureConsole } from "../support/app.tsx";
import { DISK_ERRORS, type DiskFaults, FailingDisk } from "./failing_disk.ts";

const CHUNK = 65_536;
const SIZE = 3 * SPOOL_THRESHOLD_BYTES + 12_345;

/** Bytes that differ by position, so that a wrong offset is found. Created once, because there are many. */
const BYTES = new Uint8Array(MEMORY_BYTES + 1);
for (let at = 0; at < BYTES.length; at++) BYTES[at] = at * 7 + (at >> 8);

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return BYTES.subarray(0, length);
}

/** Asserts that two arrays are equal. `assertEquals` takes seconds for megabytes. */
function assertBytes(actual: Uint8Array<ArrayBuffer>, expected: Uint8Array<ArrayBuffer>): void {
  assertEquals([actual.length, Buffer.compare(actual, expected)], [expected.length, 0]);
}

/** Spools like the reader of a body, which aborts a file that fails. */
async function spool(
  bytes: Uint8Array<ArrayBuffer>,
  reports: unknown[],
  account: BodyAccount = freeAccount(),
): Promise<File> {
  const spool = new FileSpool(account, (error) => void reports.push(error));
  try {
    for (let at = 0; at < bytes.length; at += CHUNK) await spool.write(bytes.subarray(at, at + CHUNK));
    return spool.finish("a.txt", "text/plain");
  } catch (error) {
    await spool.abort();
    throw error;
  }
}

const MOMENTS: readonly (readonly [string, (error: Error) => DiskFaults])[] = [
  ["when the folder is made", (folder) => ({ folder })],
  ["when the lock of the folder is made", (lock) => ({ lock })],
  ["when the folder is locked", (flock) => ({ flock })],
  ["when a temporary file is made", (make) => ({ make })],
  ["at the first write", (write) => ({ write })],
  ["while the part from memory is written", (write) => ({ write, room: 500_000 })],
  ["at a later write", (write) => ({ write, room: 2 * SPOOL_THRESHOLD_BYTES })],
  ["in the middle of a later write", (write) => ({ write, room: 2 * SPOOL_THRESHOLD_BYTES + 1_000, most: 4_000 })],
];

for (const [what, make] of DISK_ERRORS) {
  for (const [when, faults] of MOMENTS) {
    Deno.test(`A18: FileSpool keeps a file in memory whose disk ${what} ${when}, byte for byte`, async () => {
      using disk = new FailingDisk(faults(make()));
      const reports: unknown[] = [];
      const bytes = pattern(SIZE);
      const file = await spool(bytes, reports);
      assert(!(file instanceof SpooledFile));
      assertEquals([file.size, file.name, file.type], [SIZE, "a.txt", "text/plain"]);
      assertBytes(await file.bytes(), bytes);
      assertEquals([disk.left(), reports], [[], []]);
      // It is not tried again for the same file.
      assert(disk.count <= 1);
    });
  }
}

for (const [when, faults] of MOMENTS) {
  Deno.test(`A18: FileSpool rejects a file that is too large for memory when the disk fails ${when}`, async () => {
    using disk = new FailingDisk(faults(new Error("No space left on device (os error 28)")));
    const error = await assertRejects(() => spool(pattern(MEMORY_BYTES + 1), []), StorageError);
    assertEquals(error.status, 507);
    assertStringIncludes(error.message, "No space left on device");
    assertEquals(disk.left(), []);
    const fits = await spool(pattern(MEMORY_BYTES), []);
    assertEquals(fits.size, MEMORY_BYTES);
  });
}

Deno.test("A18: FileSpool rejects a file that is too large for memory without reading it back", async () => {
  const fault = new Error("No space left on device (os error 28)");
  using _disk = new FailingDisk({ write: fault, room: MEMORY_BYTES, read: new Error("must not be read") });
  const error = await assertRejects(() => spool(pattern(MEMORY_BYTES + 1), []), StorageError);
  assertEquals(error.cause, fault);
});

Deno.test("A18: FileSpool rejects a file that the disk can neither write nor read", async () => {
  const faults = {
    write: new Error("Input/output error"),
    room: 2 * SPOOL_THRESHOLD_BYTES,
    read: new Error("gone too"),
  };
  using disk = new FailingDisk(faults);
  const error = await assertRejects(() => spool(pattern(SIZE), []), StorageError);
  assertInstanceOf(error.cause, AggregateError);
  assertEquals((error.cause as AggregateError).errors, [faults.write, faults.read]);
  assertEquals(disk.left(), []);
});

Deno.test("A18: FileSpool leaves a disk that accepts no bytes without an error", async () => {
  using disk = new FailingDisk({ most: 0 });
  const bytes = pattern(SIZE);
  assertBytes(await (await spool(bytes, [])).bytes(), bytes);
  assertEquals(disk.left(), []);
});

Deno.test("A18: an error of reading a spooled file has its name, path, reason and code", async () => {
  using disk = new FailingDisk({});
  await using file = await spool(pattern(SIZE), []) as SpooledFile;
  assertInstanceOf(file, SpooledFile);
  disk.faults.read = Object.assign(new Error("No such file or directory"), { code: "ENOENT" });
  const reads = [
    () => file.bytes(),
    () => file.text(),
    () => file.arrayBuffer(),
    () => new Response(file.stream()).bytes(),
    () => file.slice(5, 10).bytes(),
  ];
  for (const read of reads) {
    const error = await assertRejects(read, Error, `Cannot read uploaded file "a.txt" from "/`);
    assertStringIncludes(error.message, "No such file or directory");
    assertEquals([Reflect.get(error, "code"), error.cause], ["ENOENT", disk.faults.read]);
  }
  disk.faults.read = new Error("Input/output error (os error 5)");
  await assertRejects(() => file.bytes(), Error, "Input/output error");
});

for (const [when, faults] of MOMENTS) {
  Deno.test(`A18: FileSpool counts a file that stays in memory when the disk fails ${when}, and holds no disk for it`, async () => {
    using disk = new FailingDisk(faults(new Error("No space left on device (os error 28)")));
    // Room on disk for one of them at a time: a file that the first one still holds would block the second.
    const accounts = createBodyAccounts({ bodyMemoryBytes: Infinity, spooledBytes: SIZE });
    const account = accounts.open({ kind: "unknown" });
    await spool(pattern(SIZE), [], account);
    assertEquals([account.memoryBytes, account.fileBytes], [SIZE, SIZE]);
    disk.mend();
    await using next = await spool(pattern(SIZE), [], accounts.open({ kind: "unknown" })) as SpooledFile;
    assertInstanceOf(next, SpooledFile);
  });

  Deno.test(`A18: FileSpool is 429 when the disk fails ${when} and the memory of all bodies is held`, async () => {
    using disk = new FailingDisk(faults(new Error("No space left on device (os error 28)")));
    const accounts = createBodyAccounts({ bodyMemoryBytes: 2 * SPOOL_THRESHOLD_BYTES, spooledBytes: SIZE });
    const account = accounts.open({ kind: "unknown" });
    const error = await assertRejects(() => spool(pattern(SIZE), [], account), InputError);
    assertEquals([error.status, error.limit, disk.left()], [429, "bodyMemoryBytes", []]);
    account.close();
    disk.mend();
    await using next = await spool(pattern(SIZE), [], accounts.open({ kind: "unknown" })) as SpooledFile;
    assertInstanceOf(next, SpooledFile);
  });
}

Deno.test("A18: a temporary file that cannot be removed releases its disk space", async () => {
  using disk = new FailingDisk({ remove: new Deno.errors.PermissionDenied("Operation not permitted") });
  const accounts = createBodyAccounts({ bodyMemoryBytes: Infinity, spooledBytes: SIZE });
  const file = await spool(pattern(SIZE), [], accounts.open({ kind: "unknown" })) as SpooledFile;
  await file[Symbol.asyncDispose]();
  const next = await spool(pattern(SIZE), [], accounts.open({ kind: "unknown" })) as SpooledFile;
  assertInstanceOf(next, SpooledFile);
  disk.faults.remove = undefined;
  for (const each of [file, next]) await each[Symbol.asyncDispose]();
  assertEquals(disk.left(), []);
});

Deno.test("A18: a temporary file that cannot be removed is reported, and nothing rejects", async () => {
  const remove = new Deno.errors.PermissionDenied("Operation not permitted");
  using disk = new FailingDisk({ remove });
  const reports: unknown[] = [];
  const file = await spool(pattern(SIZE), reports);
  assertInstanceOf(file, SpooledFile);
  await (file as SpooledFile)[Symbol.asyncDispose]();
  assertEquals(reports.map((error) => (error as Error).cause), [remove]);
  assertStringIncludes((reports[0] as Error).message, "Cannot remove temporary file");
  // A file that is already gone is not an error.
  disk.faults.remove = Object.assign(new Error("gone"), { code: "ENOENT" });
  await (file as SpooledFile)[Symbol.asyncDispose]();
  assertEquals([reports.length, disk.left()], [1, []]);
});

Deno.test("A18: files are removed although a reporter throws", async () => {
  using disk = new FailingDisk({ remove: new Error("Input/output error") });
  const spool = new FileSpool(freeAccount(), () => {
    throw new Error("the reporter is broken");
  });
  await spool.write(pattern(SIZE));
  const file = await spool.finish("a", "") as SpooledFile;
  const lines: string[] = [];
  const restore = captureConsole(lines);
  try {
    await file[Symbol.asyncDispose]();
  } finally {
    restore();
  }
  assert(lines.some((line) => line.includes("the reporter is broken")));
  assertEquals(disk.left().length, 1);
  disk.faults.remove = undefined;
  await file[Symbol.asyncDispose]();
  assertEquals(disk.left(), []);
});
