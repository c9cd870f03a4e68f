import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** A span as it is exported (OTLP, JSON encoding). */
interface Exported {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

Deno.test("with OTEL_DENO=true each step of an action is a span that names the action and its outcome", async () => {
  const spans = await spansOf(async (url) => {
    await post(url, "save", { title: "Milk" });
  });
  const root = only(spans, "action save");
  assertEquals(attribute(root, "hyper.outcome"), "success");
  assertEquals(attribute(root, "http.response.status_code"), "200");
  const steps = spans.filter((span) => span.parentSpanId === root.spanId);
  assertEquals(steps.map(({ name }) => name), [
    "url",
    "cross-origin",
    "find",
    "guard",
    "rate",
    "body",
    "origin",
    "dependencies",
    "validate",
    "claim",
    "handler",
    "result",
    "answer",
  ]);
  for (const step of steps) {
    assertEquals(attribute(step, "hyper.action"), "save");
    assertEquals(attribute(step, "hyper.outcome"), "success");
    assert(BigInt(step.startTimeUnixNano) >= BigInt(root.startTimeUnixNano), step.name);
    assert(BigInt(step.endTimeUnixNano) <= BigInt(root.endTimeUnixNano), step.name);
  }
  // Below the span that Deno.serve creates for each request.
  const request = spans.find(({ spanId }) => spanId === root.parentSpanId);
  assertEquals(request?.traceId, root.traceId);
});

Deno.test("with OTEL_DENO=true an invalid form is a span with that outcome and without a handler span", async () => {
  const spans = await spansOf(async (url) => {
    await post(url, "save", {});
  });
  const root = only(spans, "action save");
  assertEquals(attribute(root, "hyper.outcome"), "invalid");
  assertEquals(spans.filter(({ name }) => name === "handler"), []);
});

Deno.test("with OTEL_DENO=true a stream is a span until it closes, with the number of its events", async () => {
  const spans = await spansOf(async (url) => {
    const response = await fetch(url, { headers: { "x-hyper-action": "watch", accept: "text/event-stream" } });
    await response.text();
  });
  const root = only(spans, "action watch");
  assertEquals(attribute(root, "hyper.outcome"), "stream");
  assertEquals(attribute(root, "hyper.events"), "2");
});

Deno.test("with OTEL_DENO=true a page is a step of its request", async () => {
  const spans = await spansOf(async (url) => {
    await (await fetch(url)).text();
  });
  const root = only(spans, "request");
  assertEquals(spans.filter(({ parentSpanId }) => parentSpanId === root.spanId).map(({ name }) => name), [
    "url",
    "cross-origin",
    "find",
    "page",
  ]);
});

async function post(url: string, name: string, data: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "x-hyper-action": name,
      "x-hyper-request-id": "call-1",
      "x-hyper-data": JSON.stringify(data),
      accept: "text/event-stream",
    },
  });
  await response.text();
}

/** Starts the application, sends requests, stops it, and returns the exported spans in order. */
async function spansOf(ask: (url: string) => Promise<void>): Promise<readonly Exported[]> {
  const spans: Exported[] = [];
  await using collector = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const text = await request.text();
    if (new URL(request.url).pathname === "/v1/traces") spans.push(...readSpans(JSON.parse(text)));
    return Response.json({});
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fromFileUrl(import.meta.resolve("./traced_app.tsx"))],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
      NO_COLOR: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).values();
  const { value: port } = await output.next();
  try {
    await ask(`http://127.0.0.1:${Number(port)}/`);
  } finally {
    // It stops at the end of its input, and then exports the last spans.
    await child.stdin.close();
    while (!(await output.next()).done);
    await child.status;
  }
  return spans.toSorted((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
}

function readSpans(exported: {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Exported[] }[] }[];
}): readonly Exported[] {
  return exported.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

function only(spans: readonly Exported[], name: string): Exported {
  const [found, ...rest] = spans.filter((span) => span.name === name);
  if (found === undefined || rest.length > 0) {
    throw new Error(`Cannot find one span "${name}" among: ${spans.map((span) => span.name).join(", ")}`);
  }
  return found;
}

function attribute(span: Exported, name: string): string | undefined {
  const found = span.attributes.find(({ key }) => key === name);
  return found === undefined ? undefined : String(Object.values(found.value)[0]);
}
