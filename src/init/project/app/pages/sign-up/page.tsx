import {
  action,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  redirect,
} from "@hyper/actions";
import { createAccount } from "../../accounts.ts";
import { session } from "../../session.ts";

const SignUpForm = defineForm("sign_up", {
  fields: {
    name: field.text({
      label: "Name",
      required: true,
      maxlength: 40,
      autocomplete: "username",
    }),
    password: field.password({
      label: "Password",
      required: true,
      minlength: 10,
      maxlength: 200,
      autocomplete: "new-password",
      help: "At least 10 characters",
    }),
  },
});

export const signUp = action(
  "sign_up",
  {
    form: SignUpForm,
    skipHandlerGuard: true,
    rate: { limit: 5, seconds: 60 },
    inject: { session },
  },
  async ({ form, session }) => {
    const { name, password } = form.values;
    if (!await createAccount(name, password)) {
      return form.addError("name", "Another account has this name");
    }
    session.signIn(name);
    return redirect("/tasks");
  },
);

export const head = <title>Create an account</title>;

export default function SignUp() {
  return (
    <>
      <h1>Create an account</h1>
      <Form action={signUp}>
        <FormErrors />
        <Field name="name" autocapitalize="none" />
        <Field name="password" />
        <button type="submit">Create account</button>
      </Form>
      <p>
        Do you have an account? <a href="/sign-in">Sign in</a>
      </p>
    </>
  );
}
