import { action, Form, html, HyperError } from "@hyper/actions";

export const refuse = action("refuse", () => {
  // The user reads the message, because the status is below 500.
  throw new HyperError(409, "The last seat has just been taken");
});

export const breakDown = action("break_down", () => {
  // The user sees a general message. `onError` receives the error.
  throw new Error("Table seats has no column row");
});

// Attempts per call, the newest last. A retry has the same request ID.
const attempts = new Map<string, number>();

export const flaky = action("flaky", ({ requestId }) => {
  const id = requestId ?? "unknown";
  const attempt = (attempts.get(id) ?? 0) + 1;
  attempts.set(id, attempt);
  for (const [oldest] of attempts) if (attempts.size > 100) attempts.delete(oldest);
  if (attempt === 1) throw new HyperError(503, "The kitchen is busy");
  return html(`Done on attempt ${attempt}`, { target: "#flaky", swap: "inner" });
});

export function Demo() {
  return (
    <>
      <div class="buttons">
        <Form action={refuse}>
          <button>Reject</button>
        </Form>
        <Form action={breakDown}>
          <button>Crash</button>
        </Form>
        <Form action={flaky}>
          <button>Fail once</button>
        </Form>
      </div>
      <p id="flaky" class="box" aria-live="polite">Not done yet</p>
      <p>
        The network: <span hyper-online>online</span>
        <strong hyper-offline hidden>offline</strong>
      </p>
    </>
  );
}
