import { action, Form, html } from "@hyper/actions";
import { z } from "zod";

const LANES = [
  ["replace", "A new call aborts the active one. The default for calls from JavaScript."],
  ["block", "A new call is not sent while another is active. The default for forms."],
  ["queue", "Calls run one after the other."],
  ["none", "All calls run at the same time."],
] as const;

export const answerSlowly = action(
  "answer_slowly",
  { input: z.object({ lane: z.enum(LANES.map(([name]) => name)) }) },
  async ({ data: { lane } }) => {
    await new Promise((resolve) => setTimeout(resolve, 900));
    return html(<li>{`answered at ${new Date().toISOString().slice(17, 23)}`}</li>, {
      target: `#lane-${lane}`,
      swap: "append",
    });
  },
);

export function Demo() {
  return (
    <>
      {LANES.map(([lane, words]) => (
        <Form key={lane} action={answerSlowly} instance={lane} hyper-sync={lane} hyper-key={`lane-${lane}`}>
          <div class="lane">
            <button name="lane" value={lane}>{lane}</button>
            <span>{words}</span>
          </div>
          <ul id={`lane-${lane}`} class="log" aria-live="polite" />
        </Form>
      ))}
    </>
  );
}
