import { action, Form, html, HyperError } from "@hyper/actions";

export const refuse = action("refuse", () => {
  // Below 500 the visitor reads the message.
  throw new HyperError(409, "The last seat has just been taken");
});

export const breakDown = action("break_down", () => {
  // Of anything else the visitor learns nothing, and `onError` all of it.
  throw new Error("Table seats has no column row");
});

// How often each call was tried, the newest last: the button that tries again keeps the id of the call.
const attempts = new Map<string, number>();

export const flaky = action("flaky", ({ requestId }) => {
  const id = requestId ?? "unknown";
  const attempt = (attempts.get(id) ?? 0) + 1;
  attempts.set(id, attempt);
  for (const [oldest] of attempts) if (attempts.size > 100) attempts.delete(oldest);
  if (attempt === 1) throw new HyperError(503, "The kitchen is busy");
  return html(`Done at attempt ${attempt}`, { target: "#flaky", swap: "inner" });
});

export function Demo() {
  return (
    <>
      <div class="buttons">
        <Form action={refuse}>
          <button>Refuse</button>
        </Form>
        <Form action={breakDown}>
          <button>Break down</button>
        </Form>
        <Form action={flaky}>
          <button>Fail once</button>
        </Form>
      </div>
      <p id="flaky" class="box" aria-live="polite">Nothing was done</p>
      <p>
        The network: <span hyper-online>there</span>
        <strong hyper-offline hidden>gone</strong>
      </p>
    </>
  );
}
