/**
 * A server for `faults_test.ts` in a separate process, which an unhandled error would end and whose memory can be
 * measured. It prints its port, and ends when its standard input closes. Its argument is `bodySeconds`. Default: 3.
 */
import { action, createHandler, defineForm, field, Form, toast } from "../../mod.ts";

const state = { open: 0, items: 0, runs: 0, reports: 0 };
/** Large enough to fill the buffers of the kernel quickly. */
const PAYLOAD = "x".repeat(64_000);

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }), photo: field.file() } });

const save = action("save", { form: NoteForm }, async ({ files }) => {
  for (const file of files.get("photo") ?? []) await file.bytes();
  state.runs++;
});
const slow = action("slow", async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  state.runs++;
});
/** Waits `pause` milliseconds between two items. Without it, items are created as fast as possible. */
const watch = action("watch", { method: "GET" }, async function* ({ data }) {
  const pause = Number(data.pause ?? 0);
  state.open++;
  try {
    for (;;) {
      yield toast(pause > 0 ? PAYLOAD.slice(0, 1_000) : PAYLOAD);
      state.items++;
      // Waits one turn of the event loop, as any real source of items does.
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } finally {
    state.open--;
  }
});
const work = action("work", async function* () {
  for (let step = 0; step < 5; step++) {
    yield toast(String(step));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  state.runs++;
});
const health = action("health", { method: "GET" }, () => {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  return { ...state, rss: Deno.memoryUsage().rss };
});

const Page = () => <Form action={save} />;
const handler = createHandler({
  pages: [{ path: "/", load: () => Promise.resolve({ default: Page, save, slow, watch, work, health }) }],
  limits: { streamsPerCaller: 4_000, streams: 4_000, bodySeconds: Number(Deno.args[0] ?? 3) },
  onError: () => void state.reports++,
});
await handler.ready;

const server = Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => void Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`)),
}, handler);
await Deno.stdin.readable.pipeTo(new WritableStream());
await handler.close();
await server.shutdown();
