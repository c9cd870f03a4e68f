import { assertEquals } from "@std/assert";
import type { Holder } from "../../src/http/caller.ts";
import { Turns } from "../../src/http/turns.ts";

const ADA: Holder = { kind: "principal", name: "ada" };
const BOB: Holder = { kind: "principal", name: "bob" };
const NEVER = new AbortController().signal;

/** Starts pieces of work, and records which run. */
function createWork(turns: Turns) {
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    running,
    start(name: string, holder: Holder, gone: AbortSignal = NEVER): Promise<void> {
      return turns.run(holder, gone, async () => {
        running.push(name);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.set(name, resolve);
        await promise;
        running.splice(running.indexOf(name), 1);
      });
    },
    /** Ends a piece, and lets the next ones start. */
    async end(name: string): Promise<void> {
      ends.get(name)?.();
      await settle();
    },
  };
}

/** Waits until all promises that are fulfilled have been handled. */
async function settle(): Promise<void> {
  for (let count = 0; count < 20; count++) await null;
}

Deno.test("run() starts work at once while there is room, and the rest as room gets free, in order", async () => {
  const { running, start, end } = createWork(new Turns(3));
  const all = ["a", "b", "c", "d", "e"].map((name) => start(name, { kind: "unknown" }));
  await settle();
  assertEquals(running, ["a", "b", "c"]);
  await end("b");
  assertEquals(running, ["a", "c", "d"]);
  for (const name of ["a", "c", "d", "e"]) await end(name);
  assertEquals(running, []);
  await Promise.all(all);
});

Deno.test("run() leaves room for another user while one has a hundred pieces of work", async () => {
  const { running, start, end } = createWork(new Turns(9));
  const all = Array.from({ length: 100 }, (_, index) => start(`ada ${index}`, ADA));
  await settle();
  assertEquals(running.length, 6);
  const others = ["bob 0", "bob 1"].map((name) => start(name, BOB));
  await settle();
  assertEquals(running.filter((name) => name.startsWith("bob")), ["bob 0", "bob 1"]);
  for (const name of ["bob 0", "bob 1"]) await end(name);
  await Promise.all(others);
  for (let index = 0; index < 100; index++) await end(`ada ${index}`);
  await Promise.all(all);
});

Deno.test("run() starts the work of users who wait in turns", async () => {
  const { running, start, end } = createWork(new Turns(1));
  const started: string[] = [];
  const all = ["first", "ada 1", "ada 2", "ada 3", "bob 1", "bob 2"].map((name) =>
    start(name, name.startsWith("bob") ? BOB : ADA)
  );
  await settle();
  for (let count = 0; count < 6; count++) {
    const [name = ""] = running;
    started.push(name);
    await end(name);
  }
  assertEquals(started, ["first", "ada 1", "bob 1", "ada 2", "bob 2", "ada 3"]);
  await Promise.all(all);
});

Deno.test("run() rejects with the error of the work, whose room is free again", async () => {
  const turns = new Turns(1);
  const error = new Error("failed");
  const caught = await turns.run(ADA, NEVER, () => Promise.reject(error)).catch((error) => error);
  assertEquals(caught, error);
  assertEquals(await turns.run(BOB, NEVER, () => Promise.resolve("ran")), "ran");
});

Deno.test("run() frees the room of work that does not end, when its client has gone", async () => {
  const { running, start, end } = createWork(new Turns(1));
  const leaving = new AbortController();
  const stuck = start("stuck", ADA, leaving.signal);
  const next = start("next", BOB);
  await settle();
  assertEquals(running, ["stuck"]);
  leaving.abort();
  await settle();
  assertEquals(running, ["stuck", "next"]);
  const third = start("third", BOB);
  await end("stuck");
  // Its room was free already.
  assertEquals(running, ["next"]);
  await end("next");
  await end("third");
  await Promise.all([stuck, next, third]);
});

Deno.test("run() starts the work of a user whose turn comes after that of one who has their share", async () => {
  const { running, start, end } = createWork(new Turns(9));
  const all = Array.from({ length: 8 }, (_, index) => start(`ada ${index}`, ADA));
  await settle();
  const others = Array.from({ length: 3 }, (_, index) => start(`bob ${index}`, BOB));
  await settle();
  assertEquals(running.filter((name) => name.startsWith("bob")), ["bob 0", "bob 1"]);
  await end("bob 0");
  assertEquals(running.filter((name) => name.startsWith("bob")), ["bob 1", "bob 2"]);
  for (const name of ["bob 1", "bob 2"]) await end(name);
  for (let index = 0; index < 8; index++) await end(`ada ${index}`);
  await Promise.all([...all, ...others]);
});
