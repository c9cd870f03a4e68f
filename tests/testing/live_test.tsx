/** The test client as one of several subscribers to a topic. */
import { assertEquals } from "@std/assert";
import { action, createHandler, html, live } from "../../mod.ts";
import { createTestClient, type TestStream } from "@hyper/actions/testing";

const watch = action("watch_board", { method: "GET" }, () => live("board"));
const say = action("say", async ({ data, publish }) => {
  const item = html(<li>{String(data.text)}</li>, { target: "#board", swap: "append" });
  await publish("board", item);
  return item;
});
const Board = () => <ul id="board"></ul>;

Deno.test("a tab applies its own change once, and another tab applies it too", async () => {
  const handler = createHandler({
    baseDir: "/srv/site",
    pages: [{ path: "/", load: () => Promise.resolve({ default: Board, watch, say }) }],
  });
  await using ada = createTestClient(handler);
  await using bob = createTestClient(handler);
  const streams: TestStream[] = [];
  for (const client of [ada, bob]) {
    await client.open("/");
    const stream = client.stream("watch_board", {}, { method: "GET" });
    // The first event is the current state.
    await stream.take(1);
    streams.push(stream);
  }
  await ada.action("say", { text: "one" });
  await handler.publish("board", html(<li>two</li>, { target: "#board", swap: "append" }));
  // Read both streams up to the same message.
  await streams[0]?.take(1);
  await streams[1]?.take(2);
  assertEquals([ada.page.find("#board").text, bob.page.find("#board").text], ["one two", "one two"]);
  await handler.close();
});

Deno.test("an interrupted stream of a topic resumes where it was, and misses no message", async () => {
  await using client = createTestClient({
    baseDir: "/srv/site",
    pages: [{ path: "/", load: () => Promise.resolve({ default: Board, watch, say }) }],
  });
  await client.open("/");
  client.faults.push({ kind: "cut", afterEvents: 2 });
  const stream = client.stream("watch_board", {}, { method: "GET" });
  await stream.opened;
  for (const text of ["one", "two", "three"]) {
    await client.handler.publish("board", html(<li>{text}</li>, { target: "#board", swap: "append" }));
  }
  await stream.take(4);
  assertEquals(client.page.find("#board").text, "one two three");
});
