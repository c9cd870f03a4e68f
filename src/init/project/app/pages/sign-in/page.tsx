import {
  action,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  redirect,
} from "@hyper/actions";
import { returnPath } from "@hyper/actions/session";
import { checkPassword } from "../../accounts.ts";
import { session } from "../../session.ts";

const SignInForm = defineForm("sign_in", {
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
      maxlength: 200,
      autocomplete: "current-password",
    }),
  },
});

export const signIn = action(
  "sign_in",
  {
    form: SignInForm,
    skipHandlerGuard: true,
    // Five attempts at once, then one every twelve seconds.
    rate: { limit: 5, seconds: 60 },
    inject: { session },
  },
  async ({ form, session, url }) => {
    const { name, password } = form.values;
    const user = await checkPassword(name, password);
    // Does not reveal which of them is wrong, and so which accounts exist.
    if (user === null) return form.addError("", "Wrong name or password");
    session.signIn(user);
    return redirect(returnPath(url, "/tasks"));
  },
);

export const head = <title>Sign in</title>;

export default function SignIn() {
  return (
    <>
      <h1>Sign in</h1>
      <Form action={signIn}>
        <FormErrors />
        <Field name="name" autocapitalize="none" />
        <Field name="password" />
        <button type="submit">Sign in</button>
      </Form>
      <p>
        Are you new here? <a href="/sign-up">Create an account</a>
      </p>
    </>
  );
}
