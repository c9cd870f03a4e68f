/**
 * A custom template for any form, rendered from `formSpec()`. It does not depend on invoices or on `<Field>`. Copy it to change
 * the design of all forms in one place.
 */
import { type FormSection, formSpec, useForm } from "@hyper/actions";
import { DesignedErrors } from "./designed_errors.tsx";
import { DesignedField } from "./designed_field.tsx";

/** Props of `<DesignedForm>`. */
export interface DesignedFormProps {
  /** Sections of fields. Fields without a section are at the end. Default: one section. */
  readonly sections?: readonly FormSection[];
  /** Field whose choices are the buttons of the form. Default: one button without a name. */
  readonly buttons?: string;
  /** If `true`, the form is read-only. Default: `false`. */
  readonly readOnly?: boolean;
}

/** A form with errors, sections and buttons. */
export function DesignedForm({ sections = [], buttons, readOnly = false }: DesignedFormProps) {
  const form = useForm();
  if (form.kind === "formset") throw new TypeError("Cannot render a formset: use <DesignedFormset>");
  const spec = formSpec(form, sections);
  const choices = buttons === undefined ? [] : form.field(buttons).choices;
  return (
    <>
      <DesignedErrors
        messages={spec.nonFieldErrors}
        fields={spec.sections.flatMap(({ fields }) => fields)}
        title="Your changes were not saved"
      />
      {spec.sections.map(({ label, description, fields }) => {
        const shown = fields.filter(({ name }) => name !== buttons);
        if (shown.length === 0) return null;
        return (
          <fieldset key={label} class="section" disabled={readOnly}>
            {label !== "" && <legend>{label}</legend>}
            {description !== "" && <p class="help">{description}</p>}
            <div class="fields">{shown.map((field) => <DesignedField key={field.name} field={field} />)}</div>
          </fieldset>
        );
      })}
      {!readOnly && (
        <p class="buttons">
          {choices.length === 0 ? <button>Save</button> : choices.map(({ value, label }, index) => (
            // The Enter key presses the first button (HTML, 4.10.22.2).
            <button key={value} name={buttons} value={value} class={index === 0 ? undefined : "second"}>{label}</button>
          ))}
        </p>
      )}
    </>
  );
}
