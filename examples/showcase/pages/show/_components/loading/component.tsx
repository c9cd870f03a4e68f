import { action, Form, html } from "@hyper/actions";
import { z } from "zod";

export const wait = action(
  "wait",
  { input: z.object({ ms: z.coerce.number().int().min(0).max(3000) }) },
  async ({ data: { ms } }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return html(`It took ${ms} ms`, { target: "#waited", swap: "inner" });
  },
);

export function Demo() {
  return (
    // Disables the buttons while a call is active. `aria-busy` is set on the target.
    <Form action={wait} hyper-target="#waited" hyper-form-disable>
      <div class="buttons">
        <button name="ms" value="50" class="quiet">50 ms</button>
        <button name="ms" value="400" class="quiet">400 ms</button>
        <button name="ms" value="2000" class="quiet">2 s</button>
      </div>
      <p>
        {/* Shown after 100 ms, for at least 300 ms. Rendered with `hidden`, so that it does not flash. */}
        <span hyper-loading="wait" hidden>Waiting …</span>
        <span hyper-loading="wait" hyper-loading-delay="1000" hidden>This takes longer than expected …</span>
      </p>
      {/* Adds a class instead. */}
      <p id="waited" class="box" hyper-loading="wait" hyper-loading-class="waiting">Press a button</p>
    </Form>
  );
}
