// `<Optimistic>`: what a page will look like when a form has been accepted.
import { h } from "preact";
import { atOnce } from "../callback.ts";
import { enteredPlace } from "../protocol/entered.ts";
import { OPTIMISTIC_ATTRIBUTE } from "../protocol/names.ts";
import { type Swap, SWAPS } from "../protocol/patch.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { PredictionScope, PredictionScopeProvider, usePageState } from "./page_state.ts";
import { useContext } from "./use_context.ts";

/** Props of `<Optimistic>`. */
export interface OptimisticProps {
  /** A CSS selector for the elements to change. Default: the `hyper-target` of the form. */
  readonly target?: string | undefined;
  /** The swap mode. Default: the `hyper-swap` of the form, else `outer`. */
  readonly swap?: Swap | undefined;
  /**
   * The content. Called with a function that returns the place of what the user enters in a field, by its name. Use it as text: a
   * component must not change it, compare it, or measure it. Default: none, for `swap="delete"`.
   */
  readonly children?: ((entered: (name: string) => string) => Markup) | undefined;
}

/**
 * Predicts what the page will look like when the form around it has been accepted. With scripts, the browser shows the prediction as
 * soon as the form is submitted, and marks its elements with `hyper-pending`. The response takes its place; a call that fails takes
 * it back. Without scripts it does nothing.
 *
 * What the user has entered is inserted as text: in text, and in the attributes `alt`, `title`, `value`, `placeholder`, `label`,
 * `aria-label`, `aria-description` and `aria-valuetext`. An attribute with another name that contains it is removed. Passwords are
 * left out, and of files there is the name.
 *
 * @throws {TypeError} When the swap mode is unknown, or outside a page.
 *
 * @example
 * ```tsx
 * import { action, createHandler, defineForm, Field, field, Form, html, Optimistic } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
 * const Note = ({ title }: { title: string }) => <li>{title}</li>;
 *
 * const addNote = action("add_note", { form: NoteForm }, ({ form }) => {
 *   return html(<Note title={form.values.title} />, { target: "#notes", swap: "append" });
 * });
 *
 * const Notes = () => (
 *   <main>
 *     <ul id="notes"></ul>
 *     <Form action={addNote}>
 *       <Field name="title" />
 *       <button>Add</button>
 *       <Optimistic target="#notes" swap="append">{(entered) => <Note title={entered("title")} />}</Optimistic>
 *     </Form>
 *   </main>
 * );
 * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Notes, addNote }) }] });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, `<template hyper-optimistic hyper-target="#notes" hyper-swap="append">`);
 * ```
 */
export function Optimistic({ target, swap, children }: OptimisticProps): MarkupNode | null {
  usePageState("Optimistic");
  if (swap !== undefined && !SWAPS.includes(swap)) {
    throw new TypeError(`Cannot render <Optimistic>: swap "${swap}" is unknown; use one of ${SWAPS.join(", ")}`);
  }
  // A component may predict itself in another state. The prediction of a prediction would have no end.
  if (useContext(PredictionScope)) return null;
  const content = children === undefined ? null : atOnce(children(enteredPlace), "the content of <Optimistic>");
  return h(
    "template",
    { [OPTIMISTIC_ATTRIBUTE]: true, "hyper-target": target, "hyper-swap": swap },
    // Markup is what Preact takes as children.
    <PredictionScopeProvider value>{content as MarkupNode}</PredictionScopeProvider>,
  );
}
