import { fail, redirect } from "@sveltejs/kit";

export const actions = {
  default: async ({ request }) => {
    const form = await request.formData();
    const text = (name) => {
      const value = form.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const values = { name: text("name"), email: text("email"), note: text("note") };
    const errors = check(values);
    if (Object.keys(errors).length > 0) return fail(400, { values, errors });
    redirect(303, "/form");
  },
};

function check({ name, email, note }) {
  return {
    ...(name === "" ? { name: "Fill in this field" } : name.length > 80 ? { name: "Too long" } : {}),
    ...(/^[^@\s]+@[^@\s]+$/.test(email) && email.length <= 254 ? {} : { email: "Enter an email address" }),
    ...(note.length > 200 ? { note: "Too long" } : {}),
  };
}
