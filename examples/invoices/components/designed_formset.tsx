/** A custom template for any formset, rendered from `formsetSpec()`. */
import {
  AddRow,
  type FormsetRowSpec,
  formsetSpec,
  type Markup,
  MoveRow,
  RemoveRow,
  RowNumber,
  Rows,
  useForm,
} from "@hyper/actions";
import { DesignedErrors } from "./designed_errors.tsx";
import { DesignedField } from "./designed_field.tsx";

/** Props of `<DesignedFormset>`. */
export interface DesignedFormsetProps {
  /** Name of a row. */
  readonly row: string;
  /** If `true`, the formset is read-only. Default: `false`. */
  readonly readOnly?: boolean;
}

/** A formset with errors, rows, and buttons to add and remove rows and to save. */
export function DesignedFormset({ row, readOnly = false }: DesignedFormsetProps) {
  const formset = useForm();
  if (formset.kind === "form") throw new TypeError("Cannot render a form: use <DesignedForm>");
  const spec = formsetSpec(formset);
  const specOf = (index: number | null) => spec.rows.find((row) => row.index === index) ?? spec.emptyRow;
  return (
    <>
      <DesignedErrors
        messages={spec.nonFormErrors}
        fields={spec.rows.flatMap(fieldsOf)}
        title="Your changes were not saved"
      />
      <fieldset class="rows" disabled={readOnly}>
        <legend>{`${row}s`}</legend>
        {readOnly
          ? spec.rows.filter(({ extra }) => !extra).map((spec) => designedRow(`${row} ${(spec.index ?? 0) + 1}`, spec))
          : (
            <Rows class="rows">
              {({ index }) =>
                designedRow(
                  <>
                    {row} <RowNumber />
                  </>,
                  specOf(index),
                  <div class="buttons">
                    <RemoveRow class="second" />
                    <MoveRow class="second" />
                  </div>,
                )}
            </Rows>
          )}
      </fieldset>
      {!readOnly && (
        <p class="buttons">
          <button>{`Save ${row.toLowerCase()}s`}</button>
          <AddRow class="second">{`Add ${row.toLowerCase()}`}</AddRow>
        </p>
      )}
    </>
  );
}

/** Returns the element of a row. `<Rows>` needs an element, not a component. */
function designedRow(title: Markup, spec: FormsetRowSpec, buttons: Markup = null) {
  return (
    <fieldset key={spec.index} class="row">
      <legend>{title}</legend>
      {(spec.errors[""] ?? []).map((message) => <p key={message} class="messages">{message}</p>)}
      {fieldsOf(spec).map((field) => <DesignedField key={field.name} field={field} />)}
      {buttons}
    </fieldset>
  );
}

function fieldsOf({ hidden, fields }: FormsetRowSpec) {
  return [...hidden, ...fields];
}
