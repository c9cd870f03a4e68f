import { action, Form, html, toast } from "@hyper/actions";

const POEM = `A form was filled with patient care,
and posted through the quiet air.
The server thought, and word by word
sent back the answer it had heard.`;

// A generator: each item is sent as soon as it is yielded.
export const recite = action("recite", async function* () {
  yield html("", { target: "#poem", swap: "inner" });
  for (const word of POEM.split(/(?<=\s)/)) {
    yield html(word, { target: "#poem", swap: "append" });
    await pause(80);
  }
  yield toast("End of the poem");
});

export function Demo() {
  return (
    <Form action={recite}>
      <button hyper-loading-disable>Recite</button>
      <pre id="poem" class="poem" aria-live="polite" />
    </Form>
  );
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
