import { assertEquals } from "@std/assert";
import { action } from "@hyper/actions";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import { Trace, type TraceOutcome } from "../../src/dispatch/trace.ts";
import type { Patch } from "../../src/protocol/patch.ts";

const save = action("save", () => {});
const NOTHING: Outcome = { kind: "nothing" };
const TOAST: Patch = { event: "toast", data: { value: 1 } };

const OUTCOMES: readonly (readonly [string, Outcome, number, boolean, TraceOutcome])[] = [
  ["an action function that has run", NOTHING, 200, true, "success"],
  ["a stored result", NOTHING, 200, false, "repeat"],
  ["a response of a guard", { kind: "response", response: new Response() }, 302, false, "success"],
  ["invalid input", { kind: "invalid", form: null, issues: {} }, 422, false, "invalid"],
  ["invalid input with its page", { kind: "invalid", form: null, issues: {} }, 200, false, "invalid"],
  ["a rejection", { kind: "failure", status: 403, message: "", headers: {}, reason: null }, 403, false, "refused"],
  ["a failure", { kind: "failure", status: 500, message: "", headers: {}, reason: null }, 500, true, "failed"],
  ["a response that could not be created", NOTHING, 500, true, "failed"],
];

for (const [what, outcome, status, hasRun, expected] of OUTCOMES) {
  Deno.test(`Trace calls ${what} ${expected}`, () => {
    const trace = new Trace();
    trace.found(save);
    if (hasRun) trace.step("handler");
    trace.settled(outcome);
    trace.answered(status);
    assertEquals(trace.outcome, expected);
  });
}

Deno.test("Trace.issues has the invalid fields", () => {
  const trace = new Trace();
  assertEquals(trace.issues, []);
  trace.settled({ kind: "invalid", form: null, issues: { title: ["needed"], "": ["wrong"] } });
  assertEquals(trace.issues, ["title", ""]);
});

Deno.test("Trace.over resolves at the first end, and keeps its time", async () => {
  const trace = new Trace();
  assertEquals(trace.endedAt, null);
  trace.end();
  const { endedAt } = trace;
  trace.end();
  assertEquals(trace.endedAt, endedAt);
  await trace.over;
});

Deno.test("Trace.count() counts events, each one of a batch", async () => {
  const trace = new Trace();
  const second = { ...TOAST, batch: [TOAST, TOAST, TOAST] };
  const events = async function* (): AsyncGenerator<Patch, void, void> {
    yield await Promise.resolve(TOAST);
    yield second;
  };
  const counted = trace.count(events());
  assertEquals([(await counted.next()).value, (await counted.next()).value], [TOAST, second]);
  assertEquals((await counted.next()).done, true);
  assertEquals(trace.events, 4);
});

Deno.test("Trace.count() passes on throw() and return()", async () => {
  const trace = new Trace();
  const heard: unknown[] = [];
  const events = async function* (): AsyncGenerator<Patch, void, void> {
    try {
      yield await Promise.resolve(TOAST);
    } catch (error) {
      heard.push(error);
      yield TOAST;
    } finally {
      heard.push("over");
    }
  };
  const counted = trace.count(events());
  await counted.next();
  assertEquals(await counted.throw("flaw"), { done: false, value: TOAST });
  await counted.return();
  assertEquals(heard, ["flaw", "over"]);
  assertEquals(trace.events, 2);
});
