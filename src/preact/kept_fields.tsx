// The HTML of fields that every page renders alike, kept from one page to the next.
//
// A field has three elements with a dozen attributes, and the renderer spends most of a small page with a form on them.
import type { VNode } from "preact";
import type { AnyBound } from "../forms/any_form.ts";
import { uniformForm } from "../forms/bound_form.ts";
import type { MarkupNode } from "../results/markup.ts";
import type { Texts } from "../texts/texts.ts";
import { asChildren, inState } from "./page_node.tsx";
import { type PageState, usePageState } from "./page_state.ts";
import { rawHtml, renderAtOnce } from "./render_html.ts";

/** The fields of a form, for the last action and texts that it was rendered with. */
interface KeptFields {
  readonly action: string | null;
  readonly texts: Texts;
  /** The HTML by name; `null` until another page has the same action and texts: texts of one request are not kept. */
  html: Map<string, string> | null;
  /** The form that was rendered first; another one is that of another page. */
  readonly first: WeakRef<AnyBound>;
}

/** By the definition of the form, for as long as the application holds it. */
const kept = new WeakMap<object, KeptFields>();

/** Maximum number of fields of a form: a schema may allow any names. */
const MAX_FIELDS = 100;

/**
 * Returns a field of a form that is the same on every page, from its HTML.
 *
 * @param render Renders the field. Called once.
 * @returns The field; `null` if it must be rendered for this page.
 */
export function keptField(form: AnyBound, name: string, render: () => MarkupNode | null): VNode | null {
  const fields = keptFieldsOf(form);
  if (fields === null) return null;
  const known = fields.get(name);
  if (known !== undefined) return rawHtml(known);
  if (fields.size >= MAX_FIELDS) return null;
  const html = renderApart(usePageState("Field"), render());
  if (html === null) return null;
  fields.set(name, html);
  return rawHtml(html);
}

/** Returns the HTML that is kept for the fields of a form; `null` if it is not the same on every page. */
function keptFieldsOf(form: AnyBound): Map<string, string> | null {
  const uniform = uniformForm(form);
  if (uniform === null) return null;
  const { definition, action, texts } = uniform;
  const known = kept.get(definition);
  if (known === undefined || known.action !== action || known.texts !== texts) {
    kept.set(definition, { action, texts, html: null, first: new WeakRef(form) });
    return null;
  }
  if (known.html === null && known.first.deref() === form) return null;
  return known.html ??= new Map();
}

function renderApart(state: PageState, node: MarkupNode | null): string | null {
  return renderAtOnce(inState(state, asChildren(node)), null);
}
