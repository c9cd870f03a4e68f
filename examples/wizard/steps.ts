/** The steps of a registration, in order: each is a form. */
import { defineForm, field, type FormDefinition } from "@hyper/actions";

/** The values of a step, by field name: text, numbers and booleans, as in JSON. */
export type Answers = Readonly<Record<string, unknown>>;

/** One step. */
export interface Step {
  /** The last part of its path. */
  readonly path: string;
  /** Its title. */
  readonly title: string;
  /** Its form. */
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
  // A rule for two fields.
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

/** All steps before the summary. */
export const STEPS: readonly Step[] = [
  { path: "you", title: "About you", form: YouForm },
  { path: "workshop", title: "Workshop", form: WorkshopForm },
  { path: "extras", title: "Extras", form: ExtrasForm },
];

/** Returns the URL of a step; that of the summary for `undefined`. */
export function urlOf(step: Step | undefined): string {
  return `/register/${step?.path ?? "summary"}`;
}
