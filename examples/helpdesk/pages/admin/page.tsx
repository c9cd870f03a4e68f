import { action, defineForm, Field, field, Form, type PageContext, refresh, toast } from "@hyper/actions";
import { members, only } from "../../session.ts";
import { inLanguages, texts } from "../../settings.ts";
import { choicesOf } from "../../texts.ts";
import { ROLES, users } from "../../users.ts";

const RoleForm = inLanguages((t) =>
  defineForm("role", {
    fields: {
      name: field.hidden({ required: true }),
      role: field.select({ label: t.role, choices: choicesOf(t, ROLES), required: true }),
    },
  })
);

const admins = only("admin");

export const setRole = action(
  "set_role",
  { form: RoleForm, guard: admins, inject: { users, texts } },
  ({ form, users, texts }) => {
    users.setRole(form.values.name, form.values.role);
    return [refresh("#people"), toast(texts.roleSaved(form.values.name))];
  },
);

/** The users and their roles. A select saves when it changes; without scripts, its button does. */
export async function render(ctx: PageContext) {
  const verdict = await members(ctx);
  if (verdict !== true) return verdict;
  if (!await admins(ctx)) return false;
  const [all, t] = [await ctx.deps.get(users), await ctx.deps.get(texts)];
  return (
    <>
      <h1>{t.people}</h1>
      <ul id="people">
        {all.list().map(({ name, role }) => (
          <li key={name}>
            <Form action={setRole} instance={name} initial={{ name, role }} hyper-on="change">
              <Field name="name" />
              <Field name="role" label={t.roleOf(name)} />
              <button value="save">{t.save}</button>
            </Form>
          </li>
        ))}
      </ul>
    </>
  );
}
