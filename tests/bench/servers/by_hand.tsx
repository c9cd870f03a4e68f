/**
 * Handwritten code for the same application: the form with its labels and errors, its validation, the document, and the
 * frames of a stream.
 */
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { BoardFrame, items, ItemTable, Shell, TeamFrame, TodoItem } from "./parts.tsx";

const FIELDS = ["name", "email", "note"] as const;
type Field = typeof FIELDS[number];
type Values = Readonly<Record<Field, string>>;
export type Errors = Readonly<Partial<Record<Field, string>>>;

const BLANK: Values = { name: "", email: "", note: "" };

export function readValues(form: FormData): Values {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  return { name: text("name"), email: text("email"), note: text("note") };
}

export function check({ name, email, note }: Values): Errors {
  return {
    ...(name === "" ? { name: "Fill in this field" } : name.length > 80 ? { name: "Too long" } : {}),
    ...(/^[^@\s]+@[^@\s]+$/.test(email) && email.length <= 254 ? {} : { email: "Enter an email address" }),
    ...(note.length > 200 ? { note: "Too long" } : {}),
  };
}

function Row({ name, label, values, errors }: { name: Field; label: string; values: Values; errors: Errors }): VNode {
  const error = errors[name];
  const described = error === undefined ? {} : { "aria-invalid": "true" as const, "aria-describedby": `e-${name}` };
  const kind = name === "email" ? { type: "email" as const, maxlength: 254 } : { type: "text" as const, maxlength: 80 };
  return (
    <div class="field">
      <label for={`f-${name}`}>{label}</label>
      {name === "note"
        ? <textarea id="f-note" name="note" maxlength={200} {...described}>{values.note}</textarea>
        : (
          <input
            id={`f-${name}`}
            name={name}
            required
            aria-required="true"
            value={values[name]}
            {...kind}
            {...described}
          />
        )}
      {error !== undefined && (
        <ul id={`e-${name}`} class="errors">
          <li>{error}</li>
        </ul>
      )}
    </div>
  );
}

function render(node: VNode): string {
  return `<!DOCTYPE html>${renderToString(node)}`;
}

const script = <script type="module" src="/client.js" />;

export function tablePage(): string {
  return render(
    <Shell head={script}>
      <ItemTable items={items} />
    </Shell>,
  );
}

export function boardPage(request: Request): string {
  const user = { name: request.headers.get("x-user") ?? "Ada" };
  return render(
    <Shell head={script}>
      <TeamFrame user={user}>
        <BoardFrame count={items.length}>
          <ItemTable items={items.slice(0, 20)} />
        </BoardFrame>
      </TeamFrame>
    </Shell>,
  );
}

/** @param once The id of the form, for a server that runs each mutation once. */
export function formPage(values: Values = BLANK, errors: Errors = {}, once: string | null = null): string {
  return render(
    <Shell head={script}>
      <main>
        <form method="post" action="/form">
          {once !== null && <input type="hidden" name="_hyper_once" value={once} />}
          <Row name="name" label="Name" values={values} errors={errors} />
          <Row name="email" label="Email" values={values} errors={errors} />
          <Row name="note" label="Note" values={values} errors={errors} />
          <button type="submit">Add</button>
        </form>
        <ItemTable items={items.slice(0, 20)} />
      </main>
    </Shell>,
  );
}

export function todoPatch(id: number, title: string): { target: string; swap: string; content: string } {
  return { target: "#todos", swap: "append", content: renderToString(<TodoItem id={id} title={title} />) };
}
