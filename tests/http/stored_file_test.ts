import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { RequestContext } from "../../src/context.ts";
import { InputError } from "../../src/errors.ts";
import { acceptsFile } from "../../src/forms/file_type.ts";
import { type Body, disposeBody, readBody } from "../../src/http/body.ts";
import { DEFAULT_LIMITS, type LimitsOptions, resolveLimits } from "../../src/http/limits.ts";
import { StoredFile, storeFiles, storingFiles, type UploadHandler } from "../../src/http/stored_file.ts";

// Only passed on, never read.
const CTX = { url: new URL("http://site.test/") } as RequestContext;

/** Storage in memory, with the stored files and the reported errors. */
class Bucket {
  readonly files = new Map<string, Uint8Array>();
  readonly errors: unknown[] = [];
  #count = 0;

  readonly take: UploadHandler = async ({ stream }) => {
    const key = `k${++this.#count}`;
    this.files.set(key, await new Response(stream).bytes());
    return { key, discard: () => void this.files.delete(key) };
  };

  onFile(take: UploadHandler = this.take) {
    return storingFiles(take, CTX, (error) => void this.errors.push(error));
  }
}

function post(
  files: Readonly<Record<string, File | string>>,
  limits: LimitsOptions,
  onFile?: ReturnType<Bucket["onFile"]>,
) {
  const body = new FormData();
  for (const [name, value] of Object.entries(files)) body.append(name, value);
  return readBody(new Request("http://site.test/", { method: "POST", body }), resolveLimits(limits), { onFile });
}

function fileOf(body: Body, name: string): StoredFile {
  assert(body.kind === "fields");
  const value = body.fields.get(name)?.[0];
  assertInstanceOf(value, StoredFile);
  return value;
}

const HELLO = new File(["hello"], "hello.txt", { type: "text/plain" });

Deno.test("storingFiles() sets the field to a file with the key of its content", async () => {
  const bucket = new Bucket();
  const body = await post({ a: "1", photo: HELLO }, {}, bucket.onFile());
  const file = fileOf(body, "photo");
  assertInstanceOf(file, File);
  assertEquals([file.key, file.name, file.type, file.size], ["k1", "hello.txt", "text/plain", 5]);
  assertEquals(file.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  assertEquals(new TextDecoder().decode(bucket.files.get("k1")), "hello");
  assertEquals(body.kind === "fields" && body.fields.get("a"), ["1"]);
});

Deno.test("storingFiles() accepts a key alone, for a file that is always kept", async () => {
  const bucket = new Bucket();
  const body = await post({ photo: HELLO }, {}, bucket.onFile(() => "key"));
  assertEquals(fileOf(body, "photo").key, "key");
  await disposeBody(body);
});

Deno.test("storingFiles() omits a field without a result", async () => {
  const bucket = new Bucket();
  const body = await post({ a: "1", photo: HELLO }, {}, bucket.onFile(() => {}));
  assertEquals(body.kind === "fields" && [...body.fields.keys()], ["a"]);
});

Deno.test("storingFiles() passes the request to the handler", async () => {
  const seen: RequestContext[] = [];
  await post({ photo: HELLO }, {}, new Bucket().onFile((_file, ctx) => void seen.push(ctx)));
  assertEquals(seen.length, 1);
  assertStrictEquals(seen[0], CTX);
});

for (
  const [what, take] of [
    ["reads nothing", () => "key"],
    ["reads a part", async ({ stream }) => {
      const reader = stream.getReader();
      await reader.read();
      return "key";
    }],
    ["cancels", async ({ stream }) => {
      await stream.cancel();
      return "key";
    }],
  ] satisfies readonly (readonly [string, UploadHandler])[]
) {
  Deno.test(`storingFiles() records size and digest of the whole file when its handler ${what}`, async () => {
    const bytes = new Uint8Array(300_000).fill(7);
    const body = await post({ photo: new File([bytes], "x") }, {}, new Bucket().onFile(take));
    const file = fileOf(body, "photo");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    assertEquals([file.size, file.sha256], [300_000, digest]);
  });
}

Deno.test("StoredFile has the first bytes of its file for validation", async () => {
  const png = new File(
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), new Uint8Array(20_000)],
    "a.png",
    {
      type: "image/png",
    },
  );
  const file = fileOf(await post({ photo: png }, {}, new Bucket().onFile()), "photo");
  assertEquals(await acceptsFile(["image/png"], file), true);
  const script = new File(["<script>alert(1)</script>"], "a.png", { type: "image/png" });
  const forged = fileOf(await post({ photo: script }, {}, new Bucket().onFile()), "photo");
  assertEquals(await acceptsFile(["image/png"], forged), false);
});

Deno.test("StoredFile slices its first 8,192 bytes as a Blob does, and no further", async () => {
  const file = fileOf(await post({ f: new File(["0123456789".repeat(1000)], "x") }, {}, new Bucket().onFile()), "f");
  assertEquals(await file.slice(0, 3).text(), "012");
  assertEquals(await file.slice(8, 12, "text/plain").text(), "8901");
  assertEquals(file.slice(5, 5).size, 0);
  assertEquals(file.slice(5, 2).size, 0);
  assertEquals(file.slice(10_000).size, 0);
  assertEquals(file.slice(0, 8_192).size, 8_192);
  assertThrows(() => file.slice(0, 8_193), TypeError, 'with the key "k1"');
  assertThrows(() => file.slice(-1), TypeError, 'with the key "k1"');
  const short = fileOf(await post({ f: HELLO }, {}, new Bucket().onFile()), "f");
  assertEquals(await short.slice(-2).text(), "lo");
});

Deno.test("StoredFile rejects reading its content", async () => {
  const file = fileOf(await post({ photo: HELLO }, {}, new Bucket().onFile()), "photo");
  for (const read of [() => file.text(), () => file.bytes(), () => file.arrayBuffer()]) {
    await assertRejects(read, TypeError, 'Cannot read file "hello.txt": onFile has stored it');
  }
  assertThrows(() => file.stream(), TypeError, 'Cannot read file "hello.txt": onFile has stored it');
});

Deno.test("disposeBody() discards stored files once, unless they were persisted", async () => {
  const bucket = new Bucket();
  const body = await post({ a: HELLO, b: HELLO }, {}, bucket.onFile());
  fileOf(body, "b").persist();
  await disposeBody(body);
  await disposeBody(body);
  assertEquals([...bucket.files.keys()], ["k2"]);
});

Deno.test("storingFiles() discards a file when the body is cut off after it", async () => {
  const bucket = new Bucket();
  const body = `--b\r\nContent-Disposition: form-data; name="a"; filename="x"\r\n\r\nhello\r\n--b\r\nContent-Disp`;
  const request = new Request("http://site.test/", {
    method: "POST",
    body,
    headers: { "content-type": "multipart/form-data; boundary=b" },
  });
  await assertRejects(() => readBody(request, DEFAULT_LIMITS, { onFile: bucket.onFile() }), InputError, "cut off");
  assertEquals(bucket.files.size, 0);
});

/** A body whose file arrives in two chunks. The second one makes it too large. */
function tooLarge(onFile: ReturnType<Bucket["onFile"]>): Promise<Body> {
  const pieces = [`--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nhello`, " world\r\n--b--"];
  const body = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const request = new Request("http://site.test/", { method: "POST", body, headers });
  return readBody(request, resolveLimits({ fileBytes: 8 }), { onFile });
}

Deno.test("storingFiles() rejects the handler when its file fails", async () => {
  let failure: unknown = null;
  const take: UploadHandler = async ({ stream }) => {
    try {
      await new Response(stream).bytes();
    } catch (error) {
      failure = error;
      throw error;
    }
    return "key";
  };
  const error = await assertRejects(() => tooLarge(new Bucket().onFile(take)), InputError, '"fileBytes"');
  assertStrictEquals(failure, error);
});

Deno.test("storingFiles() discards a file that fails after its handler has returned", async () => {
  let discarded = 0;
  const take: UploadHandler = () => ({ key: "key", discard: () => void discarded++ });
  await assertRejects(() => tooLarge(new Bucket().onFile(take)), InputError, '"fileBytes"');
  assertEquals(discarded, 1);
});

Deno.test("storingFiles() reports an error of discard, and continues", async () => {
  const bucket = new Bucket();
  const failure = new Error("bucket gone");
  const take: UploadHandler = () => ({ key: "key", discard: () => Promise.reject(failure) });
  await disposeBody(await post({ a: HELLO, b: HELLO }, {}, bucket.onFile(take)));
  assertEquals(bucket.errors, [failure, failure]);
});

Deno.test("storeFiles() stores the files of a body that was read already", async () => {
  const bucket = new Bucket();
  const big = new File([new Uint8Array(1_500_000)], "big");
  const read = await post({ a: "1", photo: HELLO, big }, {});
  assert(read.kind === "fields");
  const fields = await storeFiles(read.fields, bucket.onFile());
  assertEquals([fields.get("a"), fileOf({ kind: "fields", fields }, "big").size], [["1"], 1_500_000]);
  // The temporary file is gone.
  const spooled = read.fields.get("big")?.[0];
  assertInstanceOf(spooled, File);
  await assertRejects(() => spooled.bytes(), Error, "No such file");
});

Deno.test("storeFiles() discards stored files when a later one fails", async () => {
  const bucket = new Bucket();
  const read = await post({ a: HELLO, b: HELLO }, {});
  assert(read.kind === "fields");
  let first = true;
  const once: UploadHandler = (file, ctx) => {
    if (!first) throw new Error("full");
    first = false;
    return bucket.take(file, ctx);
  };
  await assertRejects(() => storeFiles(read.fields, bucket.onFile(once)), Error, "full");
  assertEquals(bucket.files.size, 0);
  await disposeBody(read);
});
