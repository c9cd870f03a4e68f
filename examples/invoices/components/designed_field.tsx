/** A field of a spec: label, control, help and errors, for every kind of field. */
import type { FieldSpec } from "@hyper/actions";

/** Props of the components in this file. */
interface FieldProps {
  readonly field: FieldSpec;
}

/** A field with label, help and errors. A hidden field has only its control. */
export function DesignedField({ field }: FieldProps) {
  const { id, label, kind, inputType, required } = field;
  if (inputType === "hidden") return <input type="hidden" id={id} name={field.name} value={String(field.value)} />;
  if (inputType === "radio") return <DesignedRadios field={field} />;
  return (
    <div class={`field ${kind}`}>
      <label for={id}>
        {label}
        {/* The visible mark. The control has `required`. */}
        {!required && kind !== "checkbox" && <span class="optional" aria-hidden="true">optional</span>}
      </label>
      <DesignedControl field={field} />
      <DesignedNotes field={field} />
    </div>
  );
}

function DesignedControl({ field }: FieldProps) {
  const { kind, inputType, value, choices, selected, multiple, constraints } = field;
  const { minlength, maxlength, min, max, step, pattern, accept } = constraints;
  switch (kind) {
    case "textarea":
      return (
        <textarea {...common(field)} minlength={minlength} maxlength={maxlength} rows={4}>
          {keepFirstNewline(String(value))}
        </textarea>
      );
    case "checkbox":
      return <input {...common(field)} type="checkbox" checked={value === true} />;
    case "select":
    case "select_multi":
      return (
        <select {...common(field)} multiple={multiple}>
          {/* Without it, the browser selects the first choice. */}
          {!multiple && selected.length === 0 && <option value="">{field.placeholder}</option>}
          {choices.map((choice) => (
            <option
              key={choice.value}
              value={choice.value}
              selected={selected.includes(choice.value)}
              disabled={choice.disabled}
            >
              {choice.label}
            </option>
          ))}
        </select>
      );
    case "input": {
      // Passwords and files are never sent back: their value is empty.
      const own: Attributes = inputType === "file"
        ? { type: inputType, accept, multiple }
        : { type: inputType, value: String(value), min, max, step, minlength, maxlength, pattern };
      return <input {...common(field)} {...own} />;
    }
  }
}

function DesignedRadios({ field }: FieldProps) {
  const { id, name, label, choices, selected, required } = field;
  return (
    <fieldset class="field radios" role="radiogroup" aria-describedby={describedBy(field)}>
      <legend>{label}</legend>
      {choices.map(({ value, label, disabled }, index) => {
        // The first one has the ID of the field, the link target of the error summary.
        const own = index === 0 ? id : `${id}---${index}`;
        return (
          <div key={value}>
            <input
              type="radio"
              id={own}
              name={name}
              value={value}
              checked={selected.includes(value)}
              disabled={disabled}
              required={required}
            />
            <label for={own}>{label}</label>
          </div>
        );
      })}
      <DesignedNotes field={field} />
    </fieldset>
  );
}

function DesignedNotes({ field: { help, helpId, errors, errorId } }: FieldProps) {
  return (
    <>
      {help !== "" && <p id={helpId} class="help">{help}</p>}
      {errors.length > 0 && (
        <ul id={errorId} class="messages">{errors.map((message) => <li key={message}>{message}</li>)}</ul>
      )}
    </>
  );
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes of every control. */
function common(field: FieldSpec): Attributes {
  const { id, name, required, placeholder, autocomplete, errors } = field;
  return {
    id,
    name,
    required,
    placeholder: placeholder || undefined,
    autocomplete: autocomplete || undefined,
    "aria-invalid": errors.length > 0 ? "true" : undefined,
    "aria-describedby": describedBy(field),
  };
}

function describedBy({ errors, errorId, help, helpId }: FieldSpec): string | undefined {
  const ids = [errors.length > 0 ? errorId : "", help === "" ? "" : helpId].filter((id) => id !== "");
  return ids.length === 0 ? undefined : ids.join(" ");
}

// The HTML parser drops a newline right after <textarea> (HTML, 13.2.6.4.7): each submit would lose a line.
function keepFirstNewline(text: string): string {
  return /^[\r\n]/.test(text) ? `\n${text}` : text;
}
