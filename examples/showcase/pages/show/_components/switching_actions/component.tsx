import { action, checkpoint, Form, html, HyperError, lastCheckpoint, switchTo, toast } from "@hyper/actions";
import { z } from "zod";

const STEPS = ["Boil the water", "Warm the pot", "Add the leaves", "Wait three minutes", "Pour"];

// Started jobs, the newest last. In an application, they are rows of a database.
const jobs = new Map<string, { readonly begun: number }>();

// Starts the job: a POST, which runs once and ends at once.
export const makeTea = action("make_tea", () => {
  const job = crypto.randomUUID();
  jobs.set(job, { begun: Date.now() });
  for (const [oldest] of jobs) if (jobs.size > 100) jobs.delete(oldest);
  return [toast("The tea is on its way"), switchTo(watchTea, { job })];
});

// Reads the job: a GET, which the runtime repeats after a lost connection. It continues after the last checkpoint.
export const watchTea = action(
  "watch_tea",
  { method: "GET", input: z.object({ job: z.uuid() }) },
  async function* (ctx) {
    const job = jobs.get(ctx.data.job);
    if (job === undefined) throw new HyperError(404, "This pot does not exist");
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
