import { action, checkpoint, Form, html, HyperError, lastCheckpoint, switchTo, toast } from "@hyper/actions";
import { z } from "zod";

const STEPS = ["Boil the water", "Warm the pot", "Add the leaves", "Wait three minutes", "Pour"];

// The jobs that were begun, the newest last; a real one is a row of a database.
const jobs = new Map<string, { readonly begun: number }>();

// It changes something: a POST, which runs once and ends at once.
export const makeTea = action("make_tea", () => {
  const job = crypto.randomUUID();
  jobs.set(job, { begun: Date.now() });
  for (const [oldest] of jobs) if (jobs.size > 100) jobs.delete(oldest);
  return [toast("The tea is on its way"), switchTo(watchTea, { job })];
});

// It only looks: a GET, which the browser asks again where the connection breaks, and goes on after what it has seen.
export const watchTea = action(
  "watch_tea",
  { method: "GET", input: z.object({ job: z.uuid() }) },
  async function* (ctx) {
    const job = jobs.get(ctx.data.job);
    if (job === undefined) throw new HyperError(404, "There is no such pot");
    const names = STEPS.map((_, index) => `step-${index}`);
    const passed = lastCheckpoint(ctx, names);
    const first = passed === null ? 0 : names.indexOf(passed) + 1;
    if (first === 0) yield html("", { target: "#steps", swap: "inner" });
    for (const [index, step] of STEPS.entries()) {
      if (index < first) continue;
      await until(job.begun + (index + 1) * 700);
      yield html(<li>{step}</li>, { target: "#steps", swap: "append" });
      yield checkpoint(`step-${index}`);
    }
    yield toast("Tea is served");
  },
);

export function Demo() {
  return (
    <>
      <Form action={makeTea}>
        <button hyper-loading-disable>Make tea</button>
      </Form>
      <ol id="steps" class="box" aria-live="polite" />
    </>
  );
}

const until = (time: number) => new Promise((resolve) => setTimeout(resolve, time - Date.now()));
