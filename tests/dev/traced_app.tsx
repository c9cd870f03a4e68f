/** An application for the test of spans: prints its port, and ends when its input does. */
import { action, createHandler, defineForm, field, toast } from "@hyper/actions";

const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
const handler = createHandler({
  baseDir: null,
  pages: [{
    path: "/",
    load: () =>
      Promise.resolve({
        default: () => "Home",
        save: action("save", { form, guard: () => true, rate: { limit: 10, seconds: 60 } }, () => toast("Saved")),
        watch: action("watch", { method: "GET" }, async function* () {
          yield toast("1");
          await Promise.resolve();
          yield toast("2");
        }),
      }),
  }],
});
const server = Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  // deno-lint-ignore no-console -- the test reads it
  onListen: ({ port }) => console.log(port),
}, handler);
await Deno.stdin.read(new Uint8Array(1));
await handler.close();
await server.shutdown();
