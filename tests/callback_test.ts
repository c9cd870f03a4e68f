import { assert, assertEquals, assertThrows } from "@std/assert";
import { abortSafely, atOnce, logError, notify, reportTo } from "../src/callback.ts";
import { captureConsole } from "./support/app.tsx";

const failure = new Error("failed");

/** Each way in which a function fails. */
const FAILURES: readonly (readonly [what: string, call: () => unknown])[] = [
  ["throws", () => {
    throw failure;
  }],
  ["rejects", () => Promise.reject(failure)],
  ["gives an object whose then cannot be read", () => ({
    get then() {
      throw failure;
    },
  })],
  ["gives an object whose then throws", () => ({
    then() {
      throw failure;
    },
  })],
  ["gives an object that rejects twice", () => ({
    then(_: unknown, reject: (error: unknown) => void) {
      reject(failure);
      reject(failure);
    },
  })],
  ["gives a function that rejects", () =>
    Object.assign(() => {}, {
      then(_: unknown, reject: (error: unknown) => void) {
        reject(failure);
      },
    })],
];

/** Runs with the console captured; gives what was written to it. */
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
  Deno.test(`notify() of a function that ${what} reports it once, and neither throws nor rejects`, async () => {
    const errors: unknown[] = [];
    await notify(call, (error) => errors.push(error));
    assertEquals(errors, [failure]);
  });

  Deno.test(`notify() says on the console that a reporter ${what}, and does not report that`, async () => {
    const told: unknown[] = [];
    const lines = await withConsole(async () => {
      await notify(() => {
        throw new RangeError("first");
      }, (error) => {
        told.push(error);
        return call();
      });
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve));
    });
    assertEquals(told.length, 1);
    assertEquals(lines.length, 1);
    assert(lines[0]?.startsWith("Error in a function that reports errors: Error: failed"), lines[0]);
  });
}

Deno.test("notify() gives null for what is done at once, and waits for what is not", async () => {
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

Deno.test("atOnce() gives back what is there, and refuses a promise without leaving its rejection behind", async () => {
  for (const value of [0, null, undefined, "text", { then: 1 }, []]) assertEquals(atOnce(value, "it"), value);
  assertThrows(() => atOnce(Promise.reject(failure), "the head"), TypeError, "Cannot use the head: it gave a promise");
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("abortSafely() reports what a listener throws, and tells the others", () => {
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
  // Once is enough, and nothing is listened to behind it.
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

Deno.test("logError() writes an error that cannot be shown, and goes on where the console is broken", async () => {
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
  // Behind the caller, which takes whatever a reporter throws.
  queueMicrotask(() => {
    throw error;
  });
}
