/** A2: a failing OpenTelemetry provider loses its spans, and no response. */
import { assert, assertEquals } from "@std/assert";
import { createSpans, type Spans, type Telemetry } from "../../src/dispatch/spans.ts";
import { Trace } from "../../src/dispatch/trace.ts";
import { captureConsole } from "../support/app.tsx";

const failure = new Error("the provider is broken");
const fail = (): never => {
  throw failure;
};
const span = { setAttribute() {}, setStatus() {}, updateName() {}, end() {} };
type Tracer = Telemetry["tracer"];
const tracer: Tracer = { startSpan: () => span, startActiveSpan: (_name, run) => run(span) };

const BROKEN: Readonly<Record<string, Telemetry>> = {
  "cannot start a span": { tracer: { ...tracer, startActiveSpan: fail }, activeContext: () => null },
  "fails after it has run the answer": {
    tracer: {
      ...tracer,
      startActiveSpan(_name, run) {
        run(span);
        return fail();
      },
    },
    activeContext: () => null,
  },
  "has no context": { tracer, activeContext: fail },
  "cannot write steps": { tracer: { ...tracer, startSpan: fail }, activeContext: () => null },
  "cannot end a span": {
    tracer: { ...tracer, startActiveSpan: (_name, run) => run({ ...span, end: fail }) },
    activeContext: () => null,
  },
};

for (const [what, telemetry] of Object.entries(BROKEN)) {
  Deno.test(`A2: an OpenTelemetry provider that ${what} is logged, and the request gets one response`, async () => {
    const lines: string[] = [];
    const restore = captureConsole(lines);
    let answers = 0;
    try {
      const spans: Spans = createSpans(telemetry);
      const trace = new Trace();
      trace.step("url");
      const response = await spans(trace, () => {
        answers++;
        return Promise.resolve(new Response("fine"));
      });
      trace.end();
      assertEquals(await response.text(), "fine");
      await new Promise((resolve) => setTimeout(resolve));
    } finally {
      restore();
    }
    assertEquals(answers, 1);
    assert(lines.some((line) => line.includes("the provider is broken")));
  });
}

Deno.test("A2: a response that fails within a span rejects for its caller, and is not reported to the provider", async () => {
  const lines: string[] = [];
  const restore = captureConsole(lines);
  try {
    const trace = new Trace();
    const answering = createSpans({ tracer, activeContext: () => null })(trace, () => Promise.reject(failure));
    assertEquals(await answering.catch((error: unknown) => error), failure);
    trace.end();
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    restore();
  }
  assertEquals(lines, []);
});
