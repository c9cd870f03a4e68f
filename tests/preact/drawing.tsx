/** Helpers for tests of rendered forms: rendering, and parsing the HTML as a browser would. */
import { assertEquals } from "@std/assert";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { bind } from "../../src/forms/bind.ts";
import type { BoundForm, FormDefinition } from "../../src/forms/form.ts";
import { FormScope, type PageState, PageStateContext } from "../../src/preact/page_state.ts";
import { ctx } from "../forms/support.ts";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

type Element = DefaultTreeAdapterTypes.Element;

/** Renders children in a blank form. */
export function show(form: FormDefinition, children: ComponentChildren, initial: unknown = null): string {
  return render(bind(form, { mode: "blank", initial, instance: null, texts: ENGLISH_TEXTS }), children);
}

/** Renders children in a form bound to submitted values. */
export async function showSent(
  form: FormDefinition,
  kwargs: Record<string, unknown>,
  children: ComponentChildren,
): Promise<string> {
  return render(
    await bind(form, { mode: "checked", sent: kwargs, initial: null, instance: null, texts: ENGLISH_TEXTS, ctx }),
    children,
  );
}

/** Renders children in a form. */
export function render(form: BoundForm, children: ComponentChildren): string {
  // The components under test use only the texts of a page.
  const page = { texts: ENGLISH_TEXTS } as PageState;
  return renderToString(
    <PageStateContext.Provider value={page}>
      <FormScope.Provider value={form}>{children}</FormScope.Provider>
    </PageStateContext.Provider>,
  );
}

/** Returns the elements of a tag, each as its attributes, and its text under `text`. */
export function elements(html: string, tag: string): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  const walk = (node: DefaultTreeAdapterTypes.ParentNode): void => {
    for (const child of node.childNodes) {
      if (!("tagName" in child)) continue;
      if (child.tagName === tag) {
        found.push({ ...Object.fromEntries(child.attrs.map(({ name, value }) => [name, value])), text: textOf(child) });
      }
      walk(child);
    }
  };
  walk(parseFragment(html));
  return found;
}

function textOf(element: Element): string {
  return element.childNodes.map((child) => "value" in child ? child.value : "tagName" in child ? textOf(child) : "")
    .join("");
}

/** Returns the only element of a tag. */
export function one(html: string, tag: string): Record<string, string> {
  const [first = {}, ...rest] = elements(html, tag);
  assertEquals(rest, []);
  return first;
}
