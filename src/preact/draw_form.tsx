/**
 * A whole form drawn by itself: its errors, its fields in order, and a button.
 *
 * @module
 */
import { Fragment } from "preact";
import type { AnyBound } from "../forms/any_form.ts";
import { Field } from "./field.tsx";
import { FormErrors } from "./form_errors.tsx";
import type { MarkupNode } from "../results/markup.ts";

/** Draws what `<Form>` shows when it is given no children. */
export function drawForm(form: AnyBound, submit: string | undefined): MarkupNode {
  return (
    <Fragment>
      <FormErrors />
      {form.fields.map((field) => <Field key={field.name} name={field.name} />)}
      <button type="submit">{submit ?? "Submit"}</button>
    </Fragment>
  );
}
