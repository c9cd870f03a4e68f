/**
 * `<FormErrors>`: what was wrong with a form, in one place.
 *
 * @module
 */
import type { BoundField } from "../forms/bound_field.ts";
import { useContext } from "./use_context.ts";
import { FormScope, usePageState } from "./page_state.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** What `<FormErrors>` takes. */
export interface FormErrorsProps {
  /** What stands above the errors. Default: the text `formErrors` of the catalogue, "There is a problem". */
  readonly title?: Markup | undefined;
  /** Classes of the summary. Default: `hyper-form-errors`. */
  readonly class?: string | undefined;
}

/**
 * A summary of what was wrong with the form around it: nothing while nothing is; else an alert that takes the focus, with
 * the form's own errors and a link to each field something is wrong with.
 *
 * @throws {TypeError} Outside `<Form>`.
 *
 * @example
 * ```tsx
 * import { action, createHandler, defineForm, Field, field, Form, FormErrors } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
 * const addNote = action("add_note", { form: NoteForm }, () => {});
 * const Notes = () => (
 *   <Form action={addNote}>
 *     <FormErrors title="The note was not saved" />
 *     <Field name="title" />
 *   </Form>
 * );
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: Notes, addNote }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, 'name="title"');
 * ```
 */
export function FormErrors({ title, ...props }: FormErrorsProps): MarkupNode | null {
  const { texts } = usePageState("FormErrors");
  const form = useContext(FormScope);
  if (form === null) throw new TypeError("Cannot render <FormErrors>: no <Form> of an action with a form is around it");
  if (form.errorCount === 0) return null;
  const fields = new Map(form.fields.map((field) => [field.name, field]));
  return (
    // Without scripts `autofocus` brings the visitor here when the page comes back; with them the runtime does.
    <div class={props.class ?? "hyper-form-errors"} role="alert" tabindex={-1} autofocus data-hyper-errors>
      <p>{title ?? texts.write(catalogueText("formErrors"))}</p>
      <ul>
        {Array.from(form.errors).flatMap(([name, messages]) =>
          messages.map((message) => <li key={`${name} ${message}`}>{drawMessage(fields.get(name), message)}</li>)
        )}
      </ul>
    </div>
  );
}

function drawMessage(field: BoundField | undefined, message: string): Markup {
  if (field === undefined || field.inputType === "hidden") return message;
  return <a href={`#${field.id}`}>{field.label}: {message}</a>;
}
