import { assertEquals } from "@std/assert";
import { MAX_WAITING, MAX_WAITING_CHARS, Watcher } from "../../src/live/watcher.ts";
import type { LiveStep } from "../../src/live/message.ts";
import { withinTime } from "../support/clock.ts";

function toast(value: number, id = `live:x.${value}`): LiveStep {
  return { kind: "patch", patch: { event: "toast", data: { value }, id } };
}

function refresh(selector: string | null, id: string, echo?: string): LiveStep {
  return { kind: "refresh", selector, marks: echo === undefined ? { id } : { id, echo } };
}

/** A watcher under test. Steps are added with their total size, and read one by one. */
class Steps implements AsyncDisposable {
  ends = 0;
  readonly watcher = new Watcher(() => void this.ends++);
  #read: (LiveStep | null)[] = [];

  push(steps: readonly LiveStep[], size: number): void {
    this.watcher.push(steps.map((step) => ({ step, size: size / steps.length })));
  }

  async next(): Promise<LiveStep | null> {
    if (this.#read.length === 0) {
      const read = await withinTime(this.watcher.next());
      this.#read = read?.kind === "patches" ? read.patches.map((patch) => ({ kind: "patch", patch })) : [read];
    }
    return this.#read.shift() ?? null;
  }

  async take(count: number): Promise<(LiveStep | null)[]> {
    const steps = [];
    for (let index = 0; index < count; index++) steps.push(await this.next());
    return steps;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.watcher[Symbol.asyncDispose]();
  }
}

Deno.test("Watcher.next() returns steps in order, and waits for the next one", async () => {
  await using watcher = new Steps();
  watcher.push([toast(1), toast(2)], 10);
  assertEquals(await watcher.take(2), [toast(1), toast(2)]);
  const next = watcher.next();
  watcher.push([toast(3)], 10);
  assertEquals(await next, toast(3));
});

Deno.test("Watcher.next() returns null when the watcher is disposed, which calls onEnd once", async () => {
  const watcher = new Steps();
  const next = watcher.next();
  await watcher[Symbol.asyncDispose]();
  await watcher[Symbol.asyncDispose]();
  watcher.push([toast(1)], 10);
  assertEquals([await next, await watcher.next(), watcher.ends], [null, null, 1]);
});

Deno.test("Watcher keeps MAX_WAITING steps, and replaces one more by a refresh of the whole state", async () => {
  await using watcher = new Steps();
  const many = Array.from({ length: MAX_WAITING }, (_, index) => toast(index));
  for (const step of many) watcher.push([step], 1);
  assertEquals(await watcher.take(MAX_WAITING), many);
  for (const step of many) watcher.push([step], 1);
  watcher.push([toast(777)], 1);
  assertEquals(await watcher.next(), { kind: "catchUp", marks: { id: "live:x.777" } });
});

Deno.test("Watcher keeps MAX_WAITING_CHARS, and replaces one more by a refresh of the whole state", async () => {
  await using watcher = new Steps();
  watcher.push([toast(1)], MAX_WAITING_CHARS - 1);
  watcher.push([toast(2)], 1);
  assertEquals(await watcher.take(2), [toast(1), toast(2)]);
  watcher.push([toast(1)], MAX_WAITING_CHARS);
  watcher.push([toast(2)], 1);
  assertEquals(await watcher.next(), { kind: "catchUp", marks: { id: "live:x.2" } });
});

Deno.test("Watcher counts a step until it is read, merged or replaced", async () => {
  const half = MAX_WAITING_CHARS / 2;
  const afterwards: Readonly<Record<string, (watcher: Steps) => Promise<void>>> = {
    "patches that were read": async (watcher) => {
      for (let round = 0; round < 3; round++) {
        watcher.push([toast(1)], half);
        assertEquals(await watcher.next(), toast(1));
      }
    },
    "a refresh that was read": async (watcher) => {
      for (let round = 0; round < 3; round++) {
        watcher.push([refresh(null, "live:x.1")], half);
        assertEquals(await watcher.next(), refresh(null, "live:x.1"));
      }
    },
    "refreshes that were merged": async (watcher) => {
      for (let round = 0; round < 4; round++) {
        watcher.push([refresh("#a", "live:x.1"), refresh("#a", "live:x.2")], half);
      }
      assertEquals(await watcher.next(), refresh("#a", "live:x.2"));
    },
    "steps that a refresh of the whole state has replaced": async (watcher) => {
      watcher.push([toast(1)], half);
      watcher.push([toast(2)], half);
      watcher.push([toast(3)], half);
      assertEquals((await watcher.next())?.kind, "catchUp");
    },
  };
  for (const [name, before] of Object.entries(afterwards)) {
    await using watcher = new Steps();
    await before(watcher);
    watcher.push([toast(8)], half);
    watcher.push([toast(9)], half);
    assertEquals(await watcher.take(2), [toast(8), toast(9)], name);
  }
});

Deno.test("Watcher keeps a single step of any size", async () => {
  await using watcher = new Steps();
  watcher.push([toast(1)], 2 * MAX_WAITING_CHARS);
  assertEquals(await watcher.next(), toast(1));
});

Deno.test("Watcher runs the guards before the refresh that replaces later steps", async () => {
  await using watcher = new Steps();
  watcher.push([{ kind: "ask" }], 0);
  for (let value = 1; value <= MAX_WAITING; value++) watcher.push([toast(value)], 1);
  assertEquals(await watcher.take(2), [{ kind: "ask" }, {
    kind: "catchUp",
    marks: { id: `live:x.${MAX_WAITING}` },
  }]);
});

Deno.test("Watcher merges waiting refreshes of one part, at the position of the last one", async () => {
  await using watcher = new Steps();
  watcher.push([refresh("#a", "live:x.1")], 1);
  watcher.push([refresh("#b", "live:x.2")], 1);
  watcher.push([refresh("#a", "live:x.3")], 1);
  watcher.push([toast(4)], 1);
  assertEquals(await watcher.take(3), [refresh("#b", "live:x.2"), refresh("#a", "live:x.3"), toast(4)]);
});

Deno.test("Watcher keeps the mark of a call on merged refreshes only if both have it", async () => {
  for (const [first, second, left] of [["a", "a", "a"], ["a", "b", undefined], [undefined, "b", undefined]] as const) {
    await using watcher = new Steps();
    watcher.push([refresh(null, "live:x.1", first)], 1);
    watcher.push([refresh(null, "live:x.2", second)], 1);
    assertEquals(await watcher.next(), refresh(null, "live:x.2", left));
  }
});

Deno.test("Watcher merges waiting refreshes of the whole state", async () => {
  await using watcher = new Steps();
  watcher.push([{ kind: "catchUp", marks: {} }], 0);
  watcher.push([{ kind: "catchUp", marks: {} }], 0);
  watcher.push([toast(1)], 1);
  assertEquals(await watcher.take(2), [{ kind: "catchUp", marks: {} }, toast(1)]);
});

Deno.test("Watcher.next() returns consecutive patches together, up to a size or a patch that ends the stream", async () => {
  const end: LiveStep = { kind: "patch", patch: { event: "redirect", data: { url: "/" }, id: "live:x.9" } };
  await using watcher = new Steps();
  watcher.push([toast(1), toast(2), refresh("#a", "live:x.3"), toast(4), end, toast(5)], 6);
  const lengths = [];
  for (let index = 0; index < 4; index++) {
    const read = await watcher.watcher.next();
    lengths.push(read?.kind === "patches" ? read.patches.length : read?.kind);
  }
  assertEquals(lengths, [2, "refresh", 2, 1]);
  watcher.push([toast(1), toast(2)], 2 * 32 * 1024);
  watcher.push([toast(3)], 1);
  const read = await watcher.watcher.next();
  assertEquals(read?.kind === "patches" && read.patches.length, 2);
});
