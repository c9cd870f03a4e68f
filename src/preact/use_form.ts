// `useForm()`: the form around a component, for custom controls.
import { useContext } from "./use_context.ts";
import type { AnyBound } from "../forms/any_form.ts";
import { FormScope } from "./page_state.ts";

/**
 * Returns the form around a component: bound after an invalid submit, else blank.
 *
 * @returns The form or formset, by its `kind`.
 * @throws {TypeError} Outside the `<Form>` of an action with a form.
 *
 * @example A custom control
 * ```tsx
 * import { action, createHandler, defineForm, field, Form, useForm } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { stars: field.number({ initial: 3 }) } });
 * const rate = action("rate", { form: NoteForm }, () => {});
 * function Stars() {
 *   const { name, value } = useForm().field("stars");
 *   return <input type="range" name={name} value={String(value)} min={1} max={5} />;
 * }
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Form action={rate}><Stars /></Form>, rate }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, '<input type="range" name="stars" value="3"');
 * ```
 */
export function useForm(): AnyBound {
  const form = useContext(FormScope);
  if (form === null) {
    throw new TypeError("Cannot use the form: the component is outside a <Form> of an action with a form");
  }
  return form;
}
