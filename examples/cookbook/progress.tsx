import { action, Form, html, toast } from "@hyper/actions";

const files = ["a.txt", "b.txt", "c.txt", "d.txt"];

export const backUp = action("back_up", async function* ({ signal }) {
  for (const [index, file] of files.entries()) {
    signal.throwIfAborted();
    await copy(file);
    yield html(<Progress done={index + 1} />, { target: "#progress" });
  }
  yield toast(`${files.length} files saved`);
});

/** Your work. */
async function copy(file: string): Promise<void> {
  await crypto.subtle.digest("SHA-256", new TextEncoder().encode(file));
}

function Progress({ done }: { readonly done: number }) {
  return (
    <p id="progress">
      <label>
        Saved <progress value={done} max={files.length} />
      </label>{" "}
      {`${done} of ${files.length}`}
    </p>
  );
}

export default function Backup() {
  return (
    <>
      <h1>Backup</h1>
      <Form action={backUp}>
        <button hyper-loading-disable>Save all files</button>
      </Form>
      <Progress done={0} />
    </>
  );
}
