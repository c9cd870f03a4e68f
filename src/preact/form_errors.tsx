/**
 * `<FormErrors>`: a summary of the errors of a form.
 *
 * @module
 */
import type { BoundField } from "../forms/bound_field.ts";
import { useContext } from "./use_context.ts";
import { FormScope, usePageState } from "./page_state.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { catalogueText } from "../texts/catalogue.ts";
import type { Texts } from "../texts/texts.ts";

/** Props of `<FormErrors>`. */
export interface FormErrorsProps {
  /** The text above the errors. Default: the text `formErrors` of the catalogue, "There is a problem". */
  readonly title?: Markup | undefined;
  /** Classes of the summary. Default: `hyper-form-errors`. */
  readonly class?: string | undefined;
}

/**
 * Renders a summary of the errors of the form around it: an alert that takes the focus, with the errors of the form itself and
 * a link to each invalid field. Renders nothing without errors.
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
export function FormErrors(props: FormErrorsProps): MarkupNode | null {
  const form = useContext(FormScope);
  if (form === null) throw new TypeError("Cannot render <FormErrors>: it is outside a <Form> of an action with a form");
  if (form.errorCount === 0) return null;
  const { texts } = usePageState("FormErrors");
  return <ErrorSummary {...props} errors={[...form.errors]} fields={form.fields} texts={texts} />;
}

/** Renders errors as an alert, in the order of the fields. */
export function ErrorSummary(
  { errors, fields, texts, title, ...props }: FormErrorsProps & {
    readonly errors: readonly (readonly [name: string, messages: readonly string[]])[];
    readonly fields: readonly BoundField[];
    readonly texts: Texts;
  },
): MarkupNode {
  const named = new Map(fields.map((field) => [field.name, field]));
  return (
    // Without scripts, `autofocus` moves the focus here when the page loads; otherwise the runtime does.
    <div class={props.class ?? "hyper-form-errors"} role="alert" tabindex={-1} autofocus data-hyper-errors>
      <p>{title ?? texts.write(catalogueText("formErrors"))}</p>
      <ul>
        {inFieldOrder(errors, [...named.keys()]).flatMap(([name, messages]) =>
          messages.map((message) => <li key={`${name} ${message}`}>{renderMessage(named.get(name), message)}</li>)
        )}
      </ul>
    </div>
  );
}

// Errors are in the order of the fields, not in that of the checks. An error of a list is before those of its items, and
// errors without a field are last.
function inFieldOrder<E extends readonly [name: string, unknown]>(
  errors: readonly E[],
  fields: readonly string[],
): E[] {
  const places = new Map(fields.map((name, index) => [name, index]));
  const placeOf = (name: string): number => {
    const place = places.get(name);
    if (place !== undefined) return place;
    const item = name === "" ? -1 : fields.findIndex((field) => field.startsWith(`${name}[`));
    return item === -1 ? fields.length : item - 0.5;
  };
  const placed = errors.map((error) => ({ error, place: placeOf(error[0]) }));
  return placed.toSorted((a, b) => a.place - b.place).map(({ error }) => error);
}

function renderMessage(field: BoundField | undefined, message: string): Markup {
  if (field === undefined || field.inputType === "hidden") return message;
  return <a href={`#${field.id}`}>{field.label}: {message}</a>;
}
