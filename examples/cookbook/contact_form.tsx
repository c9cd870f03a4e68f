import { action, defineForm, Field, field, Form, FormErrors, refresh, toast } from "@hyper/actions";

export const inbox: string[] = [];

const ContactForm = defineForm("contact", {
  fields: {
    email: field.email({ label: "Email", required: true, autocomplete: "email" }),
    message: field.textarea({ label: "Message", required: true, maxlength: 2_000 }),
    // Hidden from users. Programs that fill in every field fill this too.
    website: field.text({ label: "Leave this empty" }),
  },
});

export const sendMessage = action(
  "send_message",
  // Three messages at once from one address, then one every 20 seconds.
  { form: ContactForm, rate: { limit: 3, seconds: 60 } },
  ({ form }) => {
    const { email, message, website } = form.values;
    // A program should not learn that it was detected.
    if (website === "") inbox.push(`${email}: ${message}`);
    return [refresh("form"), toast("Thank you. We will answer soon")];
  },
);

export default function Contact() {
  return (
    <>
      <h1>Contact</h1>
      <Form action={sendMessage}>
        <FormErrors />
        <Field name="email" />
        <Field name="message" rows={5} />
        <div hidden>
          <Field name="website" tabindex={-1} autocomplete="off" />
        </div>
        <button>Send</button>
      </Form>
    </>
  );
}
