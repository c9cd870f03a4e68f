/** A summary of the errors of a form, from its spec. */
import type { FieldSpec } from "@hyper/actions";

/** Props of `<DesignedErrors>`. */
export interface DesignedErrorsProps {
  /** Text above the list. */
  readonly title: string;
  /** Errors that belong to no field. */
  readonly messages: readonly string[];
  /** All fields, including hidden ones. */
  readonly fields: readonly FieldSpec[];
}

/** An alert with a link to each invalid field. Renders nothing without errors. */
export function DesignedErrors({ title, messages, fields }: DesignedErrorsProps) {
  const wrong = fields.flatMap((field) => field.errors.map((message) => ({ field, message })));
  if (messages.length + wrong.length === 0) return null;
  return (
    // Without JavaScript, `autofocus` focuses it. With JavaScript, the runtime focuses `data-hyper-errors` if no field can
    // receive the focus.
    <div class="errors" role="alert" tabindex={-1} autofocus data-hyper-errors>
      <p>{title}</p>
      <ul>
        {messages.map((message) => <li key={message}>{message}</li>)}
        {wrong.map(({ field: { id, label, inputType }, message }) => (
          <li key={`${id} ${message}`}>
            {/* A hidden field cannot be a link target. */}
            {inputType === "hidden" ? message : <a href={`#${id}`}>{label}: {message}</a>}
          </li>
        ))}
      </ul>
    </div>
  );
}
