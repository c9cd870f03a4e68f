/** Accepts files of any size: with this library, which streams them, or by hand with `request.formData()`. */
import { action, createHandler } from "@hyper/actions";
import { announce } from "./announce.ts";

const isByHand = Deno.args[0] === "bare";
const upload = action("upload", {
  limits: { fileBytes: 2 ** 31, bodySeconds: 600 },
  onFile: async ({ stream }) => {
    let size = 0;
    for await (const chunk of stream) size += chunk.length;
    return { key: String(size) };
  },
}, ({ files }) => ({ bytes: files.get("file")?.[0]?.size ?? 0 }));
const handler = createHandler({
  baseDir: null,
  pages: [{ path: "/", load: () => Promise.resolve({ default: () => null, upload }) }],
});
await handler.ready;
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: announce },
  isByHand
    ? async (request) => {
      const file = (await request.formData()).get("file");
      const bytes = file instanceof File ? file.size : 0;
      return Response.json({ ok: true, data: { bytes } });
    }
    : handler,
);
