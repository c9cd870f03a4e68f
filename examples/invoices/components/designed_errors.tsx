/** A summary of the errors of a form, from its spec. */
import type { FieldSpec } from "@hyper/actions";

/** Props of `<DesignedErrors>`. */
export interface DesignedErrorsProps {
  /** The text above the list. */
  readonly title: string;
  /** The errors of the form itself. */
  readonly messages: readonly string[];
  /** All fields, visible or hidden. */
  readonly fields: readonly FieldSpec[];
}

/** An alert with a link to each invalid field; nothing if there are no errors. */
export function DesignedErrors({ title, messages, fields }: DesignedErrorsProps) {
  const wrong = fields.flatMap((field) => field.errors.map((message) => ({ field, message })));
  if (messages.length + wrong.length === 0) return null;
  return (
    // Without scripts, `autofocus` moves the focus here; the browser runtime looks for `data-hyper-errors` if no field can take
    // the focus.
    <div class="errors" role="alert" tabindex={-1} autofocus data-hyper-errors>
      <p>{title}</p>
      <ul>
        {messages.map((message) => <li key={message}>{message}</li>)}
        {wrong.map(({ field: { id, label, inputType }, message }) => (
          <li key={`${id} ${message}`}>
            {/* A hidden field cannot take the focus. */}
            {inputType === "hidden" ? message : <a href={`#${id}`}>{label}: {message}</a>}
          </li>
        ))}
      </ul>
    </div>
  );
}
