import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { type RecordedEvent, withPage } from "../support/browser.ts";
import { app, Arrivals, END, type Writer, writer } from "./runtime_app.ts";
import type { Sync } from "../../src/client/call/lanes.ts";
import type {} from "../../client.ts";

/** A pending response, and the call it belongs to. */
interface Open {
  readonly n: string;
  readonly answer: Writer;
}

/** An application whose actions respond when the test does. `n` in their data identifies calls. */
function held(): { readonly served: Deno.ServeHandler; readonly open: Arrivals<Open> } {
  const open = new Arrivals<Open>();
  const hold = (request: Request) => {
    const answer = writer();
    open.add({ n: JSON.parse(request.headers.get("x-hyper-data") ?? "{}").n, answer });
    // The first byte signals to the browser that there is a response.
    answer.write(": open\n\n");
    return answer.response;
  };
  return { served: app({ body: `<p id="box">old</p>`, actions: { a: hold, b: hold } }), open };
}

/** Starts a call. The kind of its outcome is in `outcomes`, under the same name. */
async function start(page: Page, n: string, sync: Sync | undefined, name = "a", target?: string): Promise<void> {
  await page.evaluate(([n, sync, name, target]) => {
    const outcomes: Record<string, Promise<string>> = Reflect.get(globalThis, "outcomes") ?? {};
    Reflect.set(globalThis, "outcomes", outcomes);
    const call = action(name ?? "", { n }, { sync: sync as Sync | undefined, target });
    outcomes[n ?? ""] = call.then(({ kind }) => kind);
  }, [n, sync, name, target] as const);
}

const outcome = (page: Page, n: string): Promise<string> =>
  page.evaluate((n) => Reflect.get(globalThis, "outcomes")[n], n);

/** Returns types and ids, the ids numbered in the order in which they first appear. */
function story(events: readonly RecordedEvent[]): string[] {
  const ids: unknown[] = [];
  return events.filter(({ type }) => type !== "hyper:streamEvent").map(({ type, detail }) => {
    if (!ids.includes(detail.id)) ids.push(detail.id);
    return `${type.slice("hyper:".length)} ${ids.indexOf(detail.id) + 1}`;
  });
}

Deno.test("replace, the default without a form, aborts the older call wherever it is", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await start(page, "1", undefined);
    const first = await open.next();
    await start(page, "2", undefined);
    const second = await open.next();
    await first.answer.cancelled;
    second.answer.send(END);
    assertEquals([await outcome(page, "1"), await outcome(page, "2")], ["aborted", "success"]);
    assertEquals(story(events.all), [
      "beforeRequest 1",
      "requestReplaced 2",
      "beforeRequest 2",
      "requestAborted 1",
      "afterRequest 1",
      "requestSuccess 2",
      "afterRequest 2",
    ]);
    const replaced = events.of("hyper:requestReplaced")[0]?.detail;
    assertEquals(replaced?.replacedId, events.of("hyper:beforeRequest")[0]?.detail.id);
    assertEquals(events.of("hyper:requestAborted")[0]?.detail.reason, "replaced");
  });
});

Deno.test("replace aborts a call that is still connecting", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let came = 0;
  const slow = async () => {
    if (came++) await Promise.resolve();
    else await promise;
    const answer = writer();
    answer.send(END);
    answer.close();
    return answer.response;
  };
  await withPage(app({ actions: { a: slow } }), async ({ page }) => {
    await page.goto("/");
    await start(page, "1", "replace");
    await start(page, "2", "replace");
    assertEquals([await outcome(page, "1"), await outcome(page, "2")], ["aborted", "success"]);
    resolve();
  });
});

Deno.test("block sends nothing while another call is active, and frees the lane when that call ends", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await start(page, "1", "block");
    const first = await open.next();
    await start(page, "2", "block");
    assertEquals(await outcome(page, "2"), "blocked");
    first.answer.send(END);
    assertEquals(await outcome(page, "1"), "success");
    await start(page, "3", "block");
    (await open.next()).answer.send(END);
    assertEquals([await outcome(page, "3"), open.rest], ["success", 0]);
    assertEquals(story(events.all), [
      "beforeRequest 1",
      "requestBlocked 2",
      "requestSuccess 1",
      "afterRequest 1",
      "beforeRequest 3",
      "requestSuccess 3",
      "afterRequest 3",
    ]);
  });
});

Deno.test("a blocked call resolves with the blocked outcome of the seed", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, "1", "block");
    const first = await open.next();
    assertEquals(await page.evaluate(() => action("a", {}, { sync: "block" })), {
      kind: "blocked",
      ok: false,
      status: 0,
      data: null,
      events: [],
      issues: {},
      blocked: true,
      aborted: false,
    });
    first.answer.send(END);
  });
});

Deno.test("none runs calls of one key in parallel", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, "1", "none");
    const first = await open.next();
    await start(page, "2", "none");
    const second = await open.next();
    second.answer.send(END);
    assertEquals(await outcome(page, "2"), "success");
    first.answer.send(END);
    assertEquals(await outcome(page, "1"), "success");
  });
});

Deno.test("queue sends calls one after the other, in order, and continues after a failure", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await start(page, "1", "queue");
    await start(page, "2", "queue");
    await start(page, "3", "queue");
    const first = await open.next();
    assertEquals([first.n, events.of("hyper:beforeRequest").length], ["1", 1]);
    first.answer.send(["error", { status: 500, message: "" }], END);
    const second = await open.next();
    assertEquals(second.n, "2");
    second.answer.send(END);
    const third = await open.next();
    assertEquals(third.n, "3");
    third.answer.send(END);
    assertEquals(await Promise.all(["1", "2", "3"].map((n) => outcome(page, n))), ["error", "success", "success"]);
    assertEquals(open.rest, 0);
  });
});

Deno.test("replace empties the queue, and sends none of its calls", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await start(page, "1", "queue");
    await open.next();
    await start(page, "2", "queue");
    await start(page, "3", "replace");
    const third = await open.next();
    assertEquals(third.n, "3");
    third.answer.send(END);
    assertEquals(await Promise.all(["1", "2", "3"].map((n) => outcome(page, n))), ["aborted", "aborted", "success"]);
    assertEquals(
      story(events.all).filter((line) => line.endsWith("3")),
      ["requestAborted 3"],
    );
  });
});

Deno.test("a queued call can be aborted, and the others keep their order", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, "1", "queue");
    const first = await open.next();
    const second = page.evaluate(async () => {
      const controller = new AbortController();
      const call = action("a", {}, { sync: "queue", signal: controller.signal });
      controller.abort();
      return (await call).kind;
    });
    assertEquals(await second, "aborted");
    await start(page, "3", "queue");
    first.answer.send(END);
    (await open.next()).answer.send(END);
    assertEquals(await outcome(page, "3"), "success");
  });
});

Deno.test("the default key contains the name of the action and the target", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    for (
      const [n, name, target] of [["1", "a", "#box"], ["2", "a", "#other"], ["3", "b", "#box"], [
        "4",
        "a",
        undefined,
      ]] as const
    ) {
      await start(page, n, "block", name, target);
    }
    const opened = await Promise.all([open.next(), open.next(), open.next(), open.next()]);
    await start(page, "5", "block", "a", "#box");
    assertEquals(await outcome(page, "5"), "blocked");
    for (const { answer } of opened) answer.send(END);
    assertEquals(await Promise.all(["1", "2", "3", "4"].map((n) => outcome(page, n))), Array(4).fill("success"));
  });
});

Deno.test("the lane is free when afterRequest is dispatched", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => {
      addEventListener("hyper:afterRequest", () => void action("a", { n: "2" }, { sync: "block" }), { once: true });
    });
    await start(page, "1", "block");
    (await open.next()).answer.send(END);
    const second = await open.next();
    assertEquals(second.n, "2");
    second.answer.send(END);
  });
});

/** Returns the content of a patch of the box. */
const box = (text: string) => ["patch_html", { target: "#box", content: `<p id="box">${text}</p>` }] as const;

Deno.test("a late response does not overwrite a newer one for the same target, whichever element triggered it", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, "1", "none", "a");
    const slow = await open.next();
    await start(page, "2", "none", "b");
    const fast = await open.next();
    fast.answer.send(box("fast"), END);
    assertEquals(await outcome(page, "2"), "success");
    slow.answer.send(box("slow"), END);
    assertEquals(await outcome(page, "1"), "success");
    assertEquals(await page.locator("#box").textContent(), "fast");
  });
});

Deno.test("responses in the order of their requests are all applied", async () => {
  const { served, open } = held();
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await start(page, "1", "none", "a");
    const first = await open.next();
    await start(page, "2", "none", "b");
    const second = await open.next();
    first.answer.send(box("first"), END);
    assertEquals(await outcome(page, "1"), "success");
    assertEquals(await page.locator("#box").textContent(), "first");
    second.answer.send(box("second"), box("second, again"), END);
    assertEquals(await outcome(page, "2"), "success");
    assertEquals(await page.locator("#box").textContent(), "second, again");
  });
});

for (
  const [swap, content] of [["inner", "late"], ["morph", `<p id="box">late</p>`], ["delete", ""], [
    "outer",
    `<p id="box">late</p>`,
  ]] as const
) {
  Deno.test(`a late ${swap} is dropped, and its swap events with it`, async () => {
    const { served, open } = held();
    await withPage(served, async ({ page, events }) => {
      await page.goto("/");
      await start(page, "1", "none", "a");
      const slow = await open.next();
      await start(page, "2", "none", "b");
      (await open.next()).answer.send(["patch_html", { target: "#box", content: "new", swap: "inner" }], END);
      assertEquals(await outcome(page, "2"), "success");
      slow.answer.send(["patch_html", { target: "#box", content, swap }], END);
      assertEquals(await outcome(page, "1"), "success");
      assertEquals(await page.locator("#box").textContent(), "new");
      assertEquals(events.of("hyper:swap:before").length, 1);
    });
  });
}

for (const swap of ["append", "prepend", "before", "after"] as const) {
  Deno.test(`a late ${swap} is never stale`, async () => {
    const { served, open } = held();
    await withPage(served, async ({ page }) => {
      await page.goto("/");
      await start(page, "1", "none", "a");
      const slow = await open.next();
      await start(page, "2", "none", "b");
      (await open.next()).answer.send(["patch_html", { target: "#box", content: "new", swap: "inner" }], END);
      assertEquals(await outcome(page, "2"), "success");
      slow.answer.send(["patch_html", { target: "#box", content: "<b>late</b>", swap }], END);
      assertEquals(await outcome(page, "1"), "success");
      assertEquals(await page.locator("b").count(), 1);
    });
  });
}

Deno.test("patches of a stream are ordered by their arrival, not by the start of the stream", async () => {
  const streams = new Arrivals<Writer>();
  const stream = () => {
    const answer = writer({ headers: { "x-hyper-stream": "1" } });
    streams.add(answer);
    answer.write(": open\n\n");
    return answer.response;
  };
  const { served, open } = held();
  const both: Deno.ServeHandler = (request, info) =>
    request.headers.get("x-hyper-action") === "watch" ? stream() : served(request, info);
  await withPage(both, async ({ page, events }) => {
    await page.goto("/");
    await start(page, "0", "none", "watch");
    const watch = await streams.next();
    await start(page, "1", "none", "a");
    const click = await open.next();
    watch.send(box("stream"));
    await events.next("hyper:swap:after");
    // The click was made before the patch of the stream arrived, so its response is the older one.
    click.answer.send(box("click"), END);
    assertEquals(await outcome(page, "1"), "success");
    assertEquals(await page.locator("#box").textContent(), "stream");
    await start(page, "2", "none", "a");
    (await open.next()).answer.send(box("second click"), END);
    assertEquals(await outcome(page, "2"), "success");
    assertEquals(await page.locator("#box").textContent(), "second click");
    watch.send(box("stream again"), END);
    assertEquals(await outcome(page, "0"), "success");
    assertEquals(await page.locator("#box").textContent(), "stream again");
  });
});
