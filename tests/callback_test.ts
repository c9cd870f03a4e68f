import { assert, assertEquals, assertThrows } from "@std/assert";
import { abortSafely, atOnce, logError, notify, reportTo } from "../src/callback.ts";
import { captureConsole } from "./support/app.tsx";

const failure = new Error("failed");

/** The ways in which a function can fail. */
const FAILURES: readonly (readonly [what: string, call: () => unknown])[] = [
  ["throws", () => {
    throw failure;
  }],
  ["rejects", () => Promise.reject(failure)],
  ["returns an object whose then cannot be read", () => ({
    get then() {
      throw failure;
    },
  })],
  ["returns an object whose then throws", () => ({
    then() {
      throw failure;
    },
  })],
  ["returns an object that rejects twice", () => ({
    then(_: unknown, reject: (error: unknown) => void) {
      reject(failure);
      reject(failure);
    },
  })],
  ["returns a function that rejects", () =>
    Object.assign(() => {}, {
      then(_: unknown, reject: (error: unknown) => void) {
        reject(failure);
      },
    })],
];

/** Runs a function with a captured console and returns what was logged. */
async function withConsole(run: () => void | Promise<void>): Promise<readonly string[]> {
  const lines: string[] = [];
  const restore = captureConsole(lines);
  try {
    await run();
  } finally {
    restore();
  }
  return lines;
}

for (const [what, call] of FAILURES) {
  Deno.test(`notify() reports a function that ${what} once, and neither throws nor rejects`, async () => {
    const errors: unknown[] = [];
    await notify(call, (error) => errors.push(error));
    assertEquals(errors, [failure]);
  });

  Deno.test(`notify() logs a reporter that ${what} and does not report it`, async () => {
    const received: unknown[] = [];
    const lines = await withConsole(async () => {
      await notify(() => {
        throw new RangeError("first");
      }, (error) => {
        received.push(error);
        return call();
      });
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve));
    });
    assertEquals(received.length, 1);
    assertEquals(lines.length, 1);
    assert(lines[0]?.startsWith("Error in a function that reports errors: Error: failed"), lines[0]);
  });
}

Deno.test("notify() returns null for a function that has finished, else a promise of its end", async () => {
  assertEquals(notify(() => 7, tellNobody), null);
  const steps: string[] = [];
  const done = notify(async () => {
    await Promise.resolve();
    steps.push("done");
  }, tellNobody);
  steps.push("called");
  await done;
  assertEquals(steps, ["called", "done"]);
});

Deno.test("atOnce() returns a value, throws for a promise, and handles its rejection", async () => {
  for (const value of [0, null, undefined, "text", { then: 1 }, []]) assertEquals(atOnce(value, "it"), value);
  assertThrows(() => atOnce(Promise.reject(failure), "the head"), TypeError, "Cannot use the head: it is a promise");
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("abortSafely() reports a listener that throws and calls the others", () => {
  const controller = new AbortController();
  const derived = AbortSignal.any([controller.signal]);
  const [heard, errors]: [unknown[], unknown[]] = [[], []];
  for (const signal of [controller.signal, derived]) {
    signal.addEventListener("abort", () => {
      throw failure;
    });
    signal.addEventListener("abort", () => heard.push(signal.reason));
  }
  abortSafely(controller, "gone", (error) => errors.push(error));
  assertEquals([heard, errors], [["gone", "gone"], [failure, failure]]);
  // A second abort has no effect, and the listener is removed.
  abortSafely(controller, "again", (error) => errors.push(error));
  assertEquals([controller.signal.reason, errors.length], ["gone", 2]);
  let isSeen = false;
  const onError = (event: Event): void => {
    event.preventDefault();
    isSeen = true;
  };
  addEventListener("error", onError);
  reportError(new Error("of another"));
  removeEventListener("error", onError);
  assertEquals([isSeen, errors.length], [true, 2]);
});

Deno.test("logError() logs an error that cannot be inspected, and does not throw if the console throws", async () => {
  const hostile = {
    [Symbol.for("Deno.customInspect")]() {
      throw failure;
    },
  };
  assertEquals(await withConsole(() => logError(hostile, "a test")), [
    "Error in a test: a thrown object that cannot be shown",
  ]);
  const { error } = globalThis.console;
  globalThis.console.error = () => {
    throw failure;
  };
  try {
    logError(new Error("unseen"), "a test");
    reportTo(() => {
      throw failure;
    }, new Error("unseen"));
  } finally {
    globalThis.console.error = error;
  }
});

function tellNobody(error: unknown): void {
  // In a microtask, because the caller catches what a reporter throws.
  queueMicrotask(() => {
    throw error;
  });
}
