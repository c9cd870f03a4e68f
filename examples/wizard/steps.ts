/** The steps of a registration, in order. Each one is a form. */
import { defineForm, field, type FormDefinition } from "@hyper/actions";

/** Values of a step by field name, as JSON. */
export type Answers = Readonly<Record<string, unknown>>;

/** A step. */
export interface Step {
  /** Last segment of its URL. */
  readonly path: string;
  /** Title. */
  readonly title: string;
  /** Form. */
  readonly form: FormDefinition<Answers>;
}

const YouForm = defineForm("you", {
  fields: {
    name: field.text({ label: "Your name", required: true, maxlength: 80, autocomplete: "name" }),
    email: field.email({ label: "Email address", required: true, autocomplete: "email" }),
  },
});

const WorkshopForm = defineForm("workshop", {
  fields: {
    topic: field.radio({
      label: "Workshop",
      choices: ["Pottery", "Bookbinding", "Screen printing"],
      required: true,
    }),
    day: field.select({ label: "Day", choices: ["Friday", "Saturday", "Sunday"], required: true }),
  },
  // Checks several fields together.
  clean({ topic, day }, ctx) {
    if (topic === "Pottery" && day === "Sunday") {
      ctx.addError("day", "Pottery is not available on Sunday. Choose another day");
    }
  },
});

const ExtrasForm = defineForm("extras", {
  fields: {
    guests: field.number({ label: "Number of guests", min: 0, max: 3, initial: 0, required: true }),
    lunch: field.checkbox({ label: "Include lunch" }),
    wishes: field.textarea({ label: "Anything we should know", maxlength: 500 }),
  },
});

/** All steps, without the summary. */
export const STEPS: readonly Step[] = [
  { path: "you", title: "About you", form: YouForm },
  { path: "workshop", title: "Workshop", form: WorkshopForm },
  { path: "extras", title: "Extras", form: ExtrasForm },
];

/** Returns the URL of a step, or of the summary after the last step. */
export function urlOf(step: Step | undefined): string {
  return `/register/${step?.path ?? "summary"}`;
}
