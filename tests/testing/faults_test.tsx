import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, createTestClock } from "@hyper/actions/testing";
import { FaultyNetwork } from "../../src/testing/faults.ts";
import { makeSite, visit } from "./site.tsx";

Deno.test("a fault applies to one request, in the order of the list", async () => {
  await using client = visit(makeSite());
  client.faults.push({ kind: "none" }, { kind: "drop", at: "request" });
  assertEquals((await client.open("/")).status, 200);
  await assertRejects(() => client.open("/"), ConnectionError, "the request was dropped");
  assertEquals([(await client.open("/")).status, client.faults], [200, []]);
});

Deno.test('drop at "request" prevents the run, and drop at "answer" does not', async () => {
  const site = makeSite();
  await using client = visit(site);
  client.faults.push({ kind: "drop", at: "request" }, { kind: "drop", at: "answer" });
  await assertRejects(() => client.action("pay", { amount: 1 }), ConnectionError, "the request was dropped");
  await assertRejects(() => client.action("pay", { amount: 2 }), ConnectionError, "the answer was dropped");
  assertEquals(site.log, ["paid 2"]);
});

Deno.test('drop at "answer" loses the cookies of the response as well', async () => {
  await using client = visit(makeSite());
  await client.open("/");
  client.faults.push({ kind: "drop", at: "answer" });
  await assertRejects(() => client.action("sign_in"), ConnectionError);
  assertEquals(client.cookies.get("session"), undefined);
});

Deno.test("a call with retry is sent again with the same id, and runs once", async () => {
  const site = makeSite();
  await using client = visit(site);
  client.faults.push({ kind: "drop", at: "request" }, { kind: "drop", at: "answer" });
  assertEquals((await client.action("pay", { amount: 1 }, { retry: true })).data, 1);
  assertEquals(site.log, ["paid 1"]);
});

Deno.test("a call with retry rejects after ten more attempts", async () => {
  await using client = visit(makeSite());
  for (let n = 0; n < 12; n++) client.faults.push({ kind: "drop", at: "request" });
  await assertRejects(() => client.action("pay", {}, { retry: true }), ConnectionError);
  assertEquals(client.faults.length, 1);
});

Deno.test("duplicate sends a request twice, and a mutation runs once", async () => {
  const site = makeSite();
  await using client = visit(site);
  client.faults.push({ kind: "duplicate" });
  assertEquals((await client.action("pay", { amount: 1 })).data, 1);
  assertEquals(site.log, ["paid 1"]);
});

Deno.test("duplicate returns the first response and cancels the second one", async () => {
  const network = new FaultyNetwork();
  network.faults.push({ kind: "duplicate" });
  const cancelled: number[] = [];
  let asked = 0;
  const ask = (): Promise<Response> => {
    const nth = ++asked;
    const body = new ReadableStream({ cancel: () => void cancelled.push(nth) });
    return Promise.resolve(new Response(body, { headers: { nth: String(nth) } }));
  };
  const response = await network.send(ask, new AbortController().signal, () => {});
  assertEquals([response.headers.get("nth"), asked, cancelled], ["1", 2, [2]]);
  await response.body?.cancel();
});

Deno.test("duplicate sends the same bytes, including files and boundary", async () => {
  const site = makeSite();
  await using client = visit(site);
  client.faults.push({ kind: "duplicate" });
  await client.action("add_note", { title: "Cat", photo: new File(["x"], "cat.png") });
  assertEquals(site.notes, ["Cat with cat.png"]);
});

Deno.test("delay holds the response back, on the virtual clock", async () => {
  using clock = createTestClock();
  await using client = visit(makeSite());
  client.faults.push({ kind: "delay", milliseconds: 500 });
  let isOpen = false;
  const opening = client.open("/").then(() => isOpen = true);
  await clock.tick(499);
  assertEquals(isOpen, false);
  await clock.tick(1);
  assertEquals(await opening, true);
});

Deno.test("a delayed call can be canceled", async () => {
  await using client = visit(makeSite());
  client.faults.push({ kind: "delay", milliseconds: 1_000_000 });
  const stream = client.stream("pay");
  await stream.cancel();
  assertEquals((await stream.outcome()).kind, "aborted");
});

Deno.test("reorder delivers the next response first, and the late one does not overwrite it", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  client.faults.push({ kind: "reorder" });
  const ended: number[] = [];
  const call = async (n: number): Promise<void> => {
    await client.action("show", { n }, { target: "#state" });
    ended.push(n);
  };
  await Promise.all([call(1), call(2)]);
  assertEquals([ended, page.find("#state").text], [[2, 1], '{"n":2}']);
});

Deno.test("reorder releases the response when the next request fails", async () => {
  await using client = visit(makeSite());
  client.faults.push({ kind: "reorder" }, { kind: "drop", at: "request" });
  const first = client.action("pay", { amount: 1 });
  await assertRejects(() => client.action("nothing"), ConnectionError);
  assertEquals((await first).data, 1);
});

Deno.test("cut interrupts a stream after a number of events, and a GET resumes from its checkpoint", async () => {
  const site = makeSite();
  await using client = visit(site);
  const page = await client.open("/");
  client.faults.push({ kind: "cut", afterEvents: 2 });
  const stream = client.stream("watch", {}, { method: "GET" });
  const events = await stream.take(3);
  assertEquals(events.map(({ event }) => event), ["patch_html", "checkpoint", "patch_html"]);
  assertEquals(page.find("#state").text, "event 2");
  await stream.cancel();
  const id = events[1]?.id;
  assertEquals(site.log.filter((line) => line !== "left"), ["watched from the start", `watched from ${id}`]);
});

Deno.test("cut rejects a call that is not sent again: a POST, and a GET without retry", async () => {
  await using client = visit(makeSite());
  client.faults.push({ kind: "cut", afterEvents: 1 }, { kind: "cut", afterEvents: 1 });
  const message = "the connection to http://localhost/ failed";
  const post = client.stream("steps");
  assertEquals((await post.next())?.event, "dispatch_event");
  await assertRejects(() => post.next(), ConnectionError, message);
  await assertRejects(() => post.outcome(), ConnectionError, message);
  const get = client.stream("watch", {}, { method: "GET", retry: false });
  await assertRejects(() => get.take(2), ConnectionError, message);
});

Deno.test("cut delivers the events before the interruption, even if all arrive in one chunk", async () => {
  const network = new FaultyNetwork();
  network.faults.push({ kind: "cut", afterEvents: 2 });
  const text = "event: a\n\n: comment\n\nevent: b\n\nevent: c\n\n";
  let isGone = false;
  const response = await network.send(() => Promise.resolve(new Response(text)), new AbortController().signal, () => {
    isGone = true;
  });
  const pieces: string[] = [];
  const read = async (): Promise<void> => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) pieces.push(piece);
  };
  await assertRejects(read, ConnectionError, "broke after 2 events");
  assertEquals([pieces, isGone], [["event: a\n\n", "event: b\n\n"], true]);
});
