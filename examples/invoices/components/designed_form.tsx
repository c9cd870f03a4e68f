/**
 * A designer's own template for any form, drawn from `formSpec()` alone: nothing in it knows an invoice, and nothing in it
 * is `<Field>`. Copy it, and change what a form looks like in one place.
 */
import { type FormSection, formSpec, useForm } from "@hyper/actions";
import { DesignedErrors } from "./designed_errors.tsx";
import { DesignedField } from "./designed_field.tsx";

/** What `<DesignedForm>` takes. */
export interface DesignedFormProps {
  /** Which fields stand together. What no section names follows at the end. Default: all in one. */
  readonly sections?: readonly FormSection[];
  /** The field whose choices are the buttons of the form. Default: one button without a name. */
  readonly buttons?: string;
  /** Whether it is shown to be read. Default: `false`. */
  readonly readOnly?: boolean;
}

/** The form around it: errors, sections, buttons. */
export function DesignedForm({ sections = [], buttons, readOnly = false }: DesignedFormProps) {
  const form = useForm();
  if (form.kind === "formset") throw new TypeError("Cannot draw a formset here: use <DesignedFormset>");
  const spec = formSpec(form, sections);
  const choices = buttons === undefined ? [] : form.field(buttons).choices;
  return (
    <>
      <DesignedErrors
        messages={spec.nonFieldErrors}
        fields={spec.sections.flatMap(({ fields }) => fields)}
        title="This was not saved"
      />
      {spec.sections.map(({ label, description, fields }) => {
        const drawn = fields.filter(({ name }) => name !== buttons);
        if (drawn.length === 0) return null;
        return (
          <fieldset key={label} class="section" disabled={readOnly}>
            {label !== "" && <legend>{label}</legend>}
            {description !== "" && <p class="help">{description}</p>}
            <div class="fields">{drawn.map((field) => <DesignedField key={field.name} field={field} />)}</div>
          </fieldset>
        );
      })}
      {!readOnly && (
        <p class="buttons">
          {choices.length === 0 ? <button>Save</button> : choices.map(({ value, label }, index) => (
            // The first is the one that the enter key presses (HTML, 4.10.22.2).
            <button key={value} name={buttons} value={value} class={index === 0 ? undefined : "second"}>{label}</button>
          ))}
        </p>
      )}
    </>
  );
}
