// The errors of an invalid form that its page does not render: of a field that the form lacks, or that the page leaves out.
import type { AnyBound } from "../forms/any_form.ts";
import type { Texts } from "../texts/texts.ts";
import { ErrorSummary } from "./form_errors.tsx";
import { renderHtml } from "./render_html.ts";

const ATTRIBUTES = `(?:[^">]|"[^"]*")*`;
const OPEN_TAG = new RegExp(`^<form\\b${ATTRIBUTES}>`);
// Text that the user has entered is not a message.
const NO_MESSAGE = new RegExp(`<(textarea|option|script|style)\\b[^]*?</\\1>|<${ATTRIBUTES}>`, "g");

/**
 * Adds a summary of the errors that the HTML of a form does not contain, as the first element of the form. Without it, the user
 * would get the form back without a reason.
 */
export async function withUndrawnErrors(html: string, form: AnyBound, texts: Texts): Promise<string> {
  const errors = undrawnErrors(html, form.errors);
  const [tag] = OPEN_TAG.exec(html) ?? [];
  if (errors.length === 0 || tag === undefined) return html;
  const summary = await renderHtml(<ErrorSummary errors={errors} fields={form.fields} texts={texts} />, null);
  return tag + summary + html.slice(tag.length);
}

/** Returns the errors whose messages are missing. Two fields with one message need it twice. */
function undrawnErrors(html: string, errors: AnyBound["errors"]): readonly (readonly [string, readonly string[]])[] {
  if (errors.size === 0) return [];
  const text = html.replace(NO_MESSAGE, " ").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
  const needed = Map.groupBy([...errors.values()].flat(), (message) => message);
  const isMissing = (message: string): boolean => text.split(message).length - 1 < (needed.get(message)?.length ?? 0);
  return [...errors].map(([name, messages]) => [name, messages.filter(isMissing)] as const)
    .filter(([, messages]) => messages.length > 0);
}
