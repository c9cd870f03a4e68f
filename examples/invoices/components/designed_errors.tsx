/** What was wrong with a form, in one place, from its spec. */
import type { FieldSpec } from "@hyper/actions";

/** What `<DesignedErrors>` takes. */
export interface DesignedErrorsProps {
  /** What stands above the list. */
  readonly title: string;
  /** What was wrong with the whole. */
  readonly messages: readonly string[];
  /** All fields, drawn or hidden. */
  readonly fields: readonly FieldSpec[];
}

/** An alert with a link to each field that something is wrong with; nothing while nothing is. */
export function DesignedErrors({ title, messages, fields }: DesignedErrorsProps) {
  const wrong = fields.flatMap((field) => field.errors.map((message) => ({ field, message })));
  if (messages.length + wrong.length === 0) return null;
  return (
    // `autofocus` brings a visitor without scripts here; `data-hyper-errors` is what the browser runtime looks for where no
    // field can take the focus.
    <div class="errors" role="alert" tabindex={-1} autofocus data-hyper-errors>
      <p>{title}</p>
      <ul>
        {messages.map((message) => <li key={message}>{message}</li>)}
        {wrong.map(({ field: { id, label, inputType }, message }) => (
          <li key={`${id} ${message}`}>
            {/* A hidden field is nowhere to go to. */}
            {inputType === "hidden" ? message : <a href={`#${id}`}>{label}: {message}</a>}
          </li>
        ))}
      </ul>
    </div>
  );
}
