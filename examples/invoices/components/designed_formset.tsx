/** A custom template for any formset, rendered from `formsetSpec()`. `static/rows.js` adds rows. */
import { type FormsetRowSpec, formsetSpec, useForm } from "@hyper/actions";
import { DesignedErrors } from "./designed_errors.tsx";
import { DesignedField } from "./designed_field.tsx";

/** Props of `<DesignedFormset>`. */
export interface DesignedFormsetProps {
  /** Name of a row. */
  readonly row: string;
  /** If `true`, the formset is read-only. Default: `false`. */
  readonly readOnly?: boolean;
}

/** A formset with errors, rows, and buttons to add a row and to save. */
export function DesignedFormset({ row, readOnly = false }: DesignedFormsetProps) {
  const formset = useForm();
  if (formset.kind === "form") throw new TypeError("Cannot render a form: use <DesignedForm>");
  const spec = formsetSpec(formset);
  const rows = readOnly ? spec.rows.filter(({ extra }) => !extra) : spec.rows;
  return (
    <>
      <DesignedErrors
        messages={spec.nonFormErrors}
        fields={rows.flatMap(fieldsOf)}
        title="Your changes were not saved"
      />
      <fieldset class="rows" disabled={readOnly} data-rows={spec.max}>
        <legend>{`${row}s`}</legend>
        {rows.map((spec) => <DesignedRow key={spec.index} row={row} spec={spec} />)}
        <template>
          <DesignedRow row={row} spec={spec.emptyRow} />
        </template>
      </fieldset>
      {!readOnly && (
        <p class="buttons">
          <button>{`Save ${row.toLowerCase()}s`}</button>
          {/* Shown with JavaScript. Without it, users fill in the extra rows. */}
          <button type="button" class="second needs-script" data-add-row>{`Add ${row.toLowerCase()}`}</button>
        </p>
      )}
    </>
  );
}

function DesignedRow({ row, spec }: { readonly row: string; readonly spec: FormsetRowSpec }) {
  const number = spec.index === null ? "" : ` ${spec.index + 1}`;
  return (
    <fieldset class="row" data-row>
      <legend>{`${row}${number}`}</legend>
      {(spec.errors[""] ?? []).map((message) => <p key={message} class="messages">{message}</p>)}
      {fieldsOf(spec).map((field) => <DesignedField key={field.name} field={field} />)}
    </fieldset>
  );
}

function fieldsOf({ hidden, fields, orderField, deleteField }: FormsetRowSpec) {
  return [...hidden, ...fields, ...[orderField, deleteField].filter((field) => field !== null)];
}
