import { action, defineForm, Field, field, Form, html, SubmitButton, toast } from "@hyper/actions";

const LetterForm = defineForm("letter", {
  fields: {
    text: field.textarea({ label: "Letter", required: true, maxlength: 400, initial: "Dear reader," }),
    then: field.select({ choices: ["keep", "send"], required: true }),
  },
});

export const saveLetter = action("save_letter", { form: LetterForm }, ({ form }) => {
  const done = form.values.then === "send" ? "Sent" : "Draft saved";
  return [html(`${done}: ${form.values.text}`, { target: "#letter", swap: "inner" }), toast(done)];
});

// Another action for the fields of the same form.
export const countWords = action("count_words", ({ data }) => {
  const words = String(data.text ?? "").split(/\s+/).filter((word) => word !== "").length;
  return [html(`${words} words`, { target: "#letter", swap: "inner" }), toast(`${words} words`)];
});

export function Demo() {
  return (
    <>
      <Form action={saveLetter}>
        <Field name="text" rows={4} />
        <div class="buttons">
          {/* A button sends its name and value. */}
          <button name="then" value="keep" class="quiet">Save draft</button>
          <button name="then" value="send">Send</button>
          {/* Sends the same fields to another action. */}
          <SubmitButton action={countWords} class="quiet" formnovalidate>Count words</SubmitButton>
        </div>
      </Form>
      <p id="letter" class="box" />
    </>
  );
}
