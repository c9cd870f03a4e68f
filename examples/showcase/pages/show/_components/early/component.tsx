/** Sign-up for a course: fields are validated while the form is filled in, and the times depend on the course. */
import { action, defineForm, Field, field, Form, FormErrors, toast } from "@hyper/actions";

const TIMES: Readonly<Record<string, readonly string[]>> = {
  Pottery: ["Monday 18:00", "Thursday 10:00"],
  Singing: ["Tuesday 19:30"],
};
const TAKEN = new Set(["ada", "grace"]);

const SignUp = defineForm("sign-up", {
  fields: {
    nickname: field.text({ required: true, maxlength: 20, help: "Ada and Grace are taken", autocomplete: "nickname" }),
    course: field.select({ required: true, choices: Object.keys(TIMES) }),
    time: field.select({ required: true, choices: ({ raw }) => TIMES[raw.course ?? ""] ?? [] }),
    invoice: field.checkbox({ label: "Send an invoice to a company" }),
    company: field.text({
      visible: ({ raw }) => raw.invoice === "on",
      required: ({ raw }) => raw.invoice === "on",
      maxlength: 60,
      autocomplete: "organization",
    }),
  },
  clean({ nickname }, ctx) {
    if (TAKEN.has(nickname.toLowerCase())) ctx.addError("nickname", `${nickname} is taken`);
  },
});

export const signUp = action("sign_up", { form: SignUp, validate: true }, ({ form }) => {
  const { nickname, course, time } = form.values;
  return toast(`${nickname}: ${course}, ${time}`);
});

export function Demo() {
  return (
    <Form action={signUp} validate="blur">
      <FormErrors />
      <Field name="nickname" />
      <Field name="course" />
      <Field name="time" />
      <Field name="invoice" />
      <Field name="company" />
      <button>Sign up</button>
    </Form>
  );
}
