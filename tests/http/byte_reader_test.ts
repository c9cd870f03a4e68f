import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { InputError } from "../../src/errors.ts";
import { ByteReader, readSmall } from "../../src/http/byte_reader.ts";
import { freeAccount } from "../../src/http/body_account.ts";
import type { Bytes } from "../../src/http/pieces.ts";

const NO_LIMITS = { bodySeconds: Infinity, bytesPerSecond: Infinity };

/** A body whose chunks the test sends. */
function slowBody() {
  const cancelled = Promise.withResolvers<void>();
  let controller: ReadableStreamDefaultController<Bytes>;
  const stream = new ReadableStream<Bytes>({
    start: (it) => void (controller = it),
    cancel: () => cancelled.resolve(),
  });
  return {
    stream,
    cancelled: cancelled.promise,
    send: (bytes: number) => controller.enqueue(new Uint8Array(bytes)),
    end: () => controller.close(),
    fail: (error: unknown) => controller.error(error),
  };
}

function bodyOf(...sizes: number[]): ReadableStream<Bytes> {
  return ReadableStream.from(sizes.map((size) => new Uint8Array(size)));
}

async function assertTimedOut(reading: Promise<unknown>, limit: string): Promise<void> {
  const error = await assertRejects(() => reading, InputError, `the limit "${limit}"`);
  assertEquals([error.status, error.limit], [408, limit]);
}

Deno.test("ByteReader.read() returns the chunks that are not empty, then null", async () => {
  const reader = new ByteReader(bodyOf(2, 0, 0, 3), "5", NO_LIMITS);
  assertEquals((await reader.read())?.length, 2);
  assertEquals((await reader.read())?.length, 3);
  assertEquals(await reader.read(), null);
  assertEquals(await reader.read(), null);
  reader.close();
});

Deno.test("ByteReader.read() rejects a body that is shorter or longer than declared", async () => {
  for (const [declared, sizes] of [["6", [2, 3]], ["4", [2, 3]], ["1", []], ["0", [1]]] as const) {
    const reader = new ByteReader(bodyOf(...sizes), declared, NO_LIMITS);
    const error = await assertRejects(
      () => reader.readAll(Infinity, "bodyBytes", freeAccount()),
      InputError,
      `not ${declared} bytes, the Content-Length`,
    );
    assertEquals(error.status, 400);
    reader.close();
  }
});

Deno.test("ByteReader rejects a Content-Length that is not a number", () => {
  for (const declared of ["", "-1", "1.5", "5, 5", "0x10", "1e3", "9".repeat(16)]) {
    assertThrows(() => new ByteReader(bodyOf(), declared, NO_LIMITS), InputError, "Content-Length is not a number");
  }
});

Deno.test("ByteReader.read() reports a lost connection as a truncated body, with its cause", async () => {
  const body = slowBody();
  const reader = new ByteReader(body.stream, null, NO_LIMITS);
  const reading = reader.read();
  const cause = new Error("connection reset");
  body.fail(cause);
  const error = await assertRejects(() => reading, InputError, "cut off");
  assertEquals([error.status, error.cause], [400, cause]);
  reader.close();
});

Deno.test("ByteReader.readAll() limits the bytes: at the limit and one above it", async () => {
  const all = await new ByteReader(bodyOf(3, 2), null, NO_LIMITS).readAll(5, "bodyBytes", freeAccount());
  assertEquals(all.length, 5);
  const reader = new ByteReader(bodyOf(3, 3), null, NO_LIMITS);
  const error = await assertRejects(
    () => reader.readAll(5, "bodyBytes", freeAccount()),
    InputError,
    '5 bytes, the limit "bodyBytes"',
  );
  assertEquals([error.status, error.limit], [413, "bodyBytes"]);
  reader.close();
});

Deno.test("ByteReader.readAll() rejects by the declared length before it reads", async () => {
  let pulled = false;
  const stream = new ReadableStream<Bytes>({ pull: () => void (pulled = true) }, { highWaterMark: 0 });
  const reader = new ByteReader(stream, "6", NO_LIMITS);
  await assertRejects(() => reader.readAll(5, "bodyBytes", freeAccount()), InputError, "more than 5 bytes");
  assertEquals(pulled, false);
  reader.close();
});

Deno.test("ByteReader.close() cancels only a body that is not at its end", async () => {
  const body = slowBody();
  new ByteReader(body.stream, null, NO_LIMITS).close();
  await body.cancelled;

  const whole = slowBody();
  const reader = new ByteReader(whole.stream, null, NO_LIMITS);
  whole.end();
  assertEquals(await reader.read(), null);
  reader.close();
  assertEquals(
    await Promise.race([whole.cancelled.then(() => "cancelled"), Promise.resolve("left alone")]),
    "left alone",
  );
});

Deno.test("ByteReader.read() rejects at the deadline, and cancels the body", async () => {
  using time = new FakeTime();
  const body = slowBody();
  const reader = new ByteReader(body.stream, null, { bodySeconds: 30, bytesPerSecond: 0 });
  const reading = reader.read();
  await time.tickAsync(29_999);
  body.send(1);
  assertEquals((await reading)?.length, 1);
  const next = reader.read();
  await time.tickAsync(1);
  await assertTimedOut(next, "bodySeconds");
  await body.cancelled;
  await assertTimedOut(reader.read(), "bodySeconds");
  reader.close();
});

Deno.test("ByteReader.read() reports a deadline that passed between two reads", async () => {
  using time = new FakeTime();
  const body = slowBody();
  const reader = new ByteReader(body.stream, null, { bodySeconds: 30, bytesPerSecond: 0 });
  body.send(1);
  await time.tickAsync(30_000);
  await assertTimedOut(reader.read(), "bodySeconds");
  reader.close();
});

Deno.test("ByteReader.read() checks the rate after ten seconds", async () => {
  using time = new FakeTime();
  const body = slowBody();
  const reader = new ByteReader(body.stream, null, { bodySeconds: Infinity, bytesPerSecond: 100 });
  const reading = reader.read();
  await time.tickAsync(9_999);
  assertEquals(await Promise.race([reading, time.runMicrotasks().then(() => "waits")]), "waits");
  const refused = assertTimedOut(reading, "bytesPerSecond");
  await time.tickAsync(1);
  await refused;
  reader.close();
});

Deno.test("ByteReader.read() continues while the rate is sufficient", async () => {
  using time = new FakeTime();
  const body = slowBody();
  const reader = new ByteReader(body.stream, null, { bodySeconds: Infinity, bytesPerSecond: 100 });
  body.send(1_500);
  await reader.read();
  const reading = reader.read();
  await time.tickAsync(10_000);
  await time.tickAsync(4_999);
  assertEquals(await Promise.race([reading, time.runMicrotasks().then(() => "waits")]), "waits");
  body.send(100);
  await reading;
  const next = reader.read();
  await time.tickAsync(1_000);
  assertEquals(await Promise.race([next, time.runMicrotasks().then(() => "waits")]), "waits");
  const refused = assertTimedOut(next, "bytesPerSecond");
  await time.tickAsync(1);
  await refused;
  reader.close();
});

Deno.test("ByteReader does not count the time without a read against the sender", async () => {
  using time = new FakeTime();
  const body = slowBody();
  const reader = new ByteReader(body.stream, null, { bodySeconds: Infinity, bytesPerSecond: 100 });
  body.send(1);
  await time.tickAsync(60_000);
  assertEquals((await reader.read())?.length, 1);
  reader.close();
});

Deno.test("ByteReader sets no timer when the limits are disabled", async () => {
  using time = new FakeTime();
  for (const bytesPerSecond of [0, Infinity]) {
    const body = slowBody();
    const reader = new ByteReader(body.stream, null, { bodySeconds: Infinity, bytesPerSecond });
    const reading = reader.read();
    await time.tickAsync(1e9);
    body.send(1);
    assertEquals((await reading)?.length, 1);
    reader.close();
  }
});

/** A request whose body the test controls. */
function bodyLater() {
  const { promise, resolve } = Promise.withResolvers<Bytes>();
  const request = { bodyUsed: false, bytes: () => promise };
  return { request, send: (bytes: number) => resolve(new Uint8Array(bytes)) };
}

const IN_TIME = { bodySeconds: 30, bytesPerSecond: Infinity };

Deno.test("readSmall() sets no timer for a body that arrives with its headers", async () => {
  using time = new FakeTime();
  const { request, send } = bodyLater();
  send(3);
  const reading = readSmall(request, "3", 100, IN_TIME);
  // After every deadline, so that a timer would have fired.
  time.tick(60_000);
  assertEquals((await reading)?.length, 3);
});

Deno.test("readSmall() rejects at the deadline, and accepts a body that arrives before it", async () => {
  using time = new FakeTime();
  for (const isLate of [false, true]) {
    const { request, send } = bodyLater();
    const reading = readSmall(request, "3", 100, IN_TIME);
    if (reading === null) throw new TypeError("It is small, and was not read in one step");
    reading.catch(() => {}); // Checked below.
    await time.tickAsync(29_999);
    if (isLate) await time.tickAsync(1);
    send(3);
    if (isLate) await assertTimedOut(reading, "bodySeconds");
    else assertEquals((await reading).length, 3);
  }
});

Deno.test("readSmall() rejects a body that fails, at once or after its deadline has begun, and leaves no rejection unhandled", async () => {
  const lost = new Error("The connection is lost");
  for (const isLate of [false, true]) {
    const { promise, reject } = Promise.withResolvers<Bytes>();
    const begun = Promise.withResolvers<void>();
    const limits = {
      bytesPerSecond: Infinity,
      // Read for the timer, after the turns in which an available body is waited for.
      get bodySeconds(): number {
        begun.resolve();
        return 30;
      },
    };
    const request = {
      bodyUsed: false,
      bytes(): Promise<Bytes> {
        request.bodyUsed = true;
        return promise;
      },
    };
    if (!isLate) reject(lost);
    const reading = readSmall(request, "3", 100, limits);
    if (isLate) {
      await begun.promise;
      reject(lost);
    }
    const error = await assertRejects(() => Promise.resolve(reading), InputError, "cut off");
    assertEquals([error.status, error.cause], [400, lost]);
  }
});

Deno.test("readSmall() returns null for a body without a length, or above the limit", () => {
  const { request } = bodyLater();
  assertEquals(readSmall(request, null, 100, IN_TIME), null);
  assertEquals(readSmall(request, "101", 100, IN_TIME), null);
  assertEquals(readSmall(request, "1e1", 100, IN_TIME), null);
});
