/**
 * An application with uploads, in a process whose files cannot grow: it uploads to itself and prints the results.
 */
import { action, createHandler, defineForm, field, Form } from "../../mod.ts";

const taken: { size: number; last: number }[] = [];
const form = defineForm("photo", { fields: { photo: field.file({ required: true }) } });
const save = action("save", { form }, async ({ form }) => {
  const { photo } = form.values;
  taken.push({ size: photo.size, last: (await photo.slice(-1).bytes())[0] ?? -1 });
});
const handler = createHandler({
  baseDir: null,
  limits: { fileBytes: 20_000_000 },
  pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Form action={save} />, save }) }],
});

/** Responses by file size: the status, and the page without JavaScript. */
const answers: { size: number; status: number; said: string }[] = [];
for (const size of [1_000_000, 3_000_000, 12_000_000]) {
  const body = new FormData();
  const bytes = new Uint8Array(size);
  bytes[size - 1] = 77;
  body.set("photo", new File([bytes], "a.jpg", { type: "image/jpeg" }));
  const headers = { accept: "text/html", referer: "http://localhost/" };
  const response = await handler(new Request("http://localhost/?_action=save", { method: "POST", body, headers }));
  const said = await response.text();
  answers.push({ size, status: response.status, said: /role="alert"[\s\S]*?<\/(?:ul|div)>/.exec(said)?.[0] ?? "" });
}
await handler.close();
const left = Array.from(Deno.readDirSync(Deno.env.get("TMPDIR") ?? "/tmp"), ({ name }) => name)
  .filter((name) => name.startsWith("hyper-upload-"));
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify({ answers, taken, left }));
