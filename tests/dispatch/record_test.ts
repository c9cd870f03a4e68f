import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { MineClaim } from "../../src/dispatch/once/held.ts";
import { STORED_BYTES, type StoredOutcome } from "../../src/dispatch/once/outcome.ts";
import { recordResponse, recordStream, restore, storedOf, type UnreadableBody } from "../../src/dispatch/record.ts";
import { stopTime, withinTime } from "../support/clock.ts";
import { createStreams } from "../../src/dispatch/streams.ts";
import type { Patch } from "../../src/protocol/patch.ts";

/** A claim that records how it ended, and its cookies. */
function claiming() {
  const ends: (StoredOutcome | "given up")[] = [];
  const cookies: string[] = [];
  const end = (how: StoredOutcome | "given up"): void => {
    if (ends.length === 0) ends.push(how);
  };
  const claim: MineClaim = {
    kind: "mine",
    renew: () => {},
    keepCookie: () => {},
    keepOwnCookies: (values) => void cookies.push(...values),
    headSent: () => {},
    finish: (outcome) => Promise.resolve(end(outcome)),
    giveUp: () => Promise.resolve(end("given up")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { ends, cookies, claim };
}

/** Slots for all work that continues without a client. */
const UNREAD: UnreadableBody = {
  limits: { unreadEvents: Infinity, unreadBytes: Infinity, streamSeconds: Infinity },
  openSlot: () => createStreams({ streams: 1, streamsPerCaller: 1 }).open({ kind: "unknown" }),
  report: (error) => {
    throw error;
  },
};

const toast = (value: string): Patch => ({ event: "toast", data: { value } });

for (
  const outcome of [
    { kind: "nothing" },
    { kind: "value", value: { a: [1, null] } },
    { kind: "markup", html: "<p>x</p>" },
    { kind: "events", events: [toast("x")] },
  ] as const
) {
  Deno.test(`storedOf() and restore() keep an outcome: ${outcome.kind}`, () => {
    assertEquals(restore(JSON.parse(JSON.stringify(storedOf(outcome)))), outcome);
  });
}

Deno.test("storedOf() throws for an outcome that is recorded by another function or that did not run", () => {
  assertThrows(
    () => storedOf({ kind: "failure", status: 500, message: "", headers: {}, reason: null }),
    TypeError,
    '"failure"',
  );
});

Deno.test("restore() of `tooLarge` returns 409", () => {
  const outcome = restore({ kind: "tooLarge" });
  assert(outcome.kind === "failure");
  assertEquals(outcome.status, 409);
});

Deno.test("recordResponse() keeps bytes, status and headers when the body was read, and cookies separately", async () => {
  const { claim, ends, cookies } = claiming();
  const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-own", "1"]]);
  const bytes = new Uint8Array([0, 255, 10, 13]);
  const response = await recordResponse(new Response(bytes, { status: 201, headers }), claim, UNREAD);
  assertEquals(ends, []);
  assertEquals([response.headers.getSetCookie(), await response.bytes()], [["a=1", "b=2"], bytes]);
  const [stored] = ends;
  assert(stored !== undefined && stored !== "given up");
  const again = restore(stored);
  assert(again.kind === "response");
  assertEquals([again.response.status, again.response.headers.get("x-own"), await again.response.bytes()], [
    201,
    "1",
    bytes,
  ]);
  assertEquals([again.response.headers.getSetCookie(), cookies], [[], ["a=1", "b=2"]]);
});

Deno.test("recordResponse() keeps a response without a body at once", async () => {
  const { claim, ends } = claiming();
  await recordResponse(new Response(null, { status: 204 }), claim, UNREAD);
  assertEquals(ends, [{ kind: "response", status: 204, headers: [], body: "" }]);
});

for (const [bytes, kind] of [[STORED_BYTES, "response"], [STORED_BYTES + 1, "tooLarge"]] as const) {
  Deno.test(`recordResponse() keeps ${bytes} bytes as ${kind}`, async () => {
    const { claim, ends } = claiming();
    const response = await recordResponse(new Response(new Uint8Array(bytes)), claim, UNREAD);
    assertEquals((await response.bytes()).length, bytes);
    const [stored] = ends;
    assertEquals(stored === "given up" ? stored : stored?.kind, kind);
  });
}

Deno.test("recordResponse() finishes the claim of a body that fails, and passes on the error", async () => {
  const { claim, ends } = claiming();
  const body = new ReadableStream({ pull: () => Promise.reject(new Error("broken")) });
  const response = await recordResponse(new Response(body), claim, UNREAD);
  await assertRejects(() => response.text(), Error, "broken");
  assertEquals(ends, [{ kind: "tooLarge" }]);
});

Deno.test("recordResponse() reads a body to its end after its client has disconnected, and keeps it", async () => {
  const { claim, ends } = claiming();
  const chunks = ["a", "b", "c"].map((text) => new TextEncoder().encode(text));
  const response = await recordResponse(new Response(ReadableStream.from(chunks)), claim, UNREAD);
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  assertEquals(ends, [{ kind: "response", status: 200, headers: [], body: btoa("abc") }]);
});

Deno.test("recordResponse() reports a body that fails after its client has disconnected, and finishes the claim", async () => {
  const { claim, ends } = claiming();
  const reports: unknown[] = [];
  const failure = new Error("broken");
  const body = new ReadableStream({ pull: () => Promise.reject(failure) });
  const response = await recordResponse(new Response(body), claim, { ...UNREAD, report: (e) => void reports.push(e) });
  await response.body?.cancel();
  assertEquals([ends, reports], [[{ kind: "tooLarge" }], [failure]]);
});

Deno.test("recordResponse() reports the error of a body that is canceled, as too large or without a slot", async () => {
  const limits = { ...UNREAD.limits, unreadBytes: 0 };
  const noSlot = { ...UNREAD, openSlot: () => ({ kind: "closing" }) as const };
  for (const unread of [{ ...UNREAD, limits }, noSlot]) {
    const { claim, ends } = claiming();
    const reports: unknown[] = [];
    const failure = new Error("does not end");
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => Promise.reject(failure),
    });
    const response = await recordResponse(new Response(body), claim, {
      ...unread,
      report: (e) => void reports.push(e),
    });
    // The body does not end by itself.
    await withinTime(response.body?.cancel() ?? Promise.resolve());
    assertEquals([ends, reports], [[{ kind: "tooLarge" }], [failure]]);
  }
});

Deno.test("recordResponse() marks the slot of a body without a client at once, and releases it at the end", async () => {
  const ends: readonly (readonly [string, () => ReadableStream<Uint8Array>, Partial<UnreadableBody["limits"]>])[] = [
    ["ends", () => ReadableStream.from([new Uint8Array(1)]), {}],
    ["fails", () => new ReadableStream({ pull: () => Promise.reject(new Error("broken")) }), {}],
    ["is too large", () => new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(9)) }), { unreadBytes: 1 }],
  ];
  for (const [what, open, limits] of ends) {
    const log: string[] = [];
    const unread: UnreadableBody = {
      limits: { ...UNREAD.limits, ...limits },
      openSlot: () => {
        const slot = UNREAD.openSlot();
        assert(slot.kind === "slot");
        log.push("open");
        return {
          ...slot,
          leave: () => void log.push("leave"),
          release: () => void log.push("release"),
        };
      },
      report: () => void log.push("report"),
    };
    const response = await recordResponse(new Response(open()), claiming().claim, unread);
    await withinTime(response.body?.cancel() ?? Promise.resolve());
    assertEquals(log.filter((each) => each !== "report"), ["open", "leave", "release"], what);
  }
});

Deno.test("recordResponse() reads a body without a client for at most streamSeconds", async () => {
  using time = stopTime();
  const { claim, ends } = claiming();
  let isCancelled = false;
  const body = new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => void (isCancelled = true) });
  const limits = { ...UNREAD.limits, streamSeconds: 60 };
  const response = await recordResponse(new Response(body), claim, { ...UNREAD, limits });
  const leaving = response.body?.cancel();
  await time.tick(59_999);
  assertEquals([ends, isCancelled], [[], false]);
  await time.tick(1);
  await leaving;
  assertEquals([ends, isCancelled, time.timers], [[{ kind: "tooLarge" }], true, 0]);
});

Deno.test("recordStream() keeps the events of a stream that ended", async () => {
  const { claim, ends } = claiming();
  const events = async function* () {
    yield toast("a");
    yield toast("b");
    await Promise.resolve();
  };
  assertEquals(await Array.fromAsync(recordStream(events(), claim, () => false)), [toast("a"), toast("b")]);
  assertEquals(ends, [{ kind: "events", events: [toast("a"), toast("b")] }]);
});

Deno.test("recordStream() keeps the events before a return at a yield, as after a redirect", async () => {
  const { claim, ends } = claiming();
  const events = async function* () {
    yield toast("a");
    await Promise.resolve();
    yield toast("b");
  };
  const recorded = recordStream(events(), claim, () => false);
  await recorded.next();
  await recorded.return();
  assertEquals(ends, [{ kind: "events", events: [toast("a")] }]);
});

Deno.test("recordStream() releases the claim when the generator has rejected its form", async () => {
  const { claim, ends } = claiming();
  const events = async function* () {
    yield toast("a");
    await Promise.resolve();
  };
  await Array.fromAsync(recordStream(events(), claim, () => true));
  assertEquals(ends, ["given up"]);
});

Deno.test("recordStream() releases the claim when the stream fails", async () => {
  const { claim, ends } = claiming();
  const events = async function* (): AsyncGenerator<Patch, void, void> {
    yield toast("a");
    await Promise.resolve();
    throw new Error("broken");
  };
  await assertRejects(() => Array.fromAsync(recordStream(events(), claim, () => false)), Error, "broken");
  assertEquals(ends, ["given up"]);
});
