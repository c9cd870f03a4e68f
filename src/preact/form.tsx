/**
 * `<Form>`: a form of an action, working with and without scripts.
 *
 * @module
 */
import { h } from "preact";
import type { Action } from "../actions/action.ts";
import type { AnyBound } from "../forms/any_form.ts";
import { shortAddress, withOriginPage } from "../pages/origin.ts";
import { ACTION_FIELD, FORM_ATTRIBUTE, INSTANCE_FIELD, ONCE_FIELD, ORIGIN_URL_FIELD } from "../protocol/names.ts";
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { Field } from "./field.tsx";
import { FormErrors } from "./form_errors.tsx";
import { type ActionRef, FormScopeProvider, type PageState, usePageState } from "./page_state.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { suspension } from "./suspension.ts";

/** What `<Form>` takes beside the attributes of a form. */
export interface FormProps extends ElementAttributes {
  /** The action it is posted to: the action, its full name, or a decorated method. */
  readonly action: ActionRef;
  /** Tells apart several copies of one form on a page, such as a row's id. Default: the only copy. */
  readonly instance?: string | number | undefined;
  /** Values the fields begin with, over those of `getInitial`. Default: none. */
  readonly initial?: object | undefined;
  /** Whether the browser may fill in its fields. Default: `on`. */
  readonly autocomplete?: "on" | "off" | undefined;
  /** Whether the browser leaves the checking to the server. Default: `false`. */
  readonly novalidate?: boolean | undefined;
  /** The name of the window or frame that the answer is shown in; such a form is left to the browser. Default: this one. */
  readonly target?: string | undefined;
  /** The text of the button of a form that is drawn by itself. Default: `Submit`. */
  readonly submit?: string | undefined;
  /**
   * What stands in the form, all of it: a field that is not among them is not shown. Default: every field of the form, its
   * errors, and a button.
   */
  readonly children?: Markup;
}

/**
 * A form of an action. It writes the hidden fields, the method, the URL, and `enctype` where a file is among the fields;
 * the browser runtime takes it over, and without scripts it posts and the page comes back.
 *
 * After a refused submit it shows what was sent and what was wrong; other forms on the page stay as they were.
 *
 * @throws {TypeError} When no such action is known, or it stands outside a page.
 *
 * @example
 * ```tsx
 * import { action, createHandler, defineForm, Field, field, Form } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
 * const addNote = action("add_note", { form: NoteForm }, () => {});
 *
 * function Notes() {
 *   return (
 *     <Form action={addNote}>
 *       <Field name="title" />
 *       <button>Add</button>
 *     </Form>
 *   );
 * }
 * const handler = createHandler({
 *   pages: [{ path: "/notes", load: () => Promise.resolve({ default: Notes, addNote }) }],
 * });
 * const page = await handler(new Request("http://localhost/notes"));
 * assertStringIncludes(await page.text(), 'name="title"');
 * ```
 */
export function Form(props: FormProps): MarkupNode {
  const { action: ref, instance: rawInstance, initial, submit, children, ...attributes } = props;
  const state = usePageState("Form");
  const { action, url } = state.findAction(ref, "Form");
  const instance = rawInstance === undefined ? null : String(rawInstance);
  const form = state.formOf(action, instance, initial ?? null);
  // A suspension: the renderer waits for it and renders this form again, when the state has the answer at hand.
  if (form instanceof Promise) throw suspension(form);

  const multipart = form?.hasFiles === true || action.onFile !== null;
  const isGet = action.method === "GET";
  const drawn = h(
    "form",
    {
      ...elementAttributes(attributes, FORM_NAMES),
      id: props.id ?? formId(action, instance),
      method: isGet ? "get" : "post",
      action: isGet ? state.path : endpointOf(url, state),
      ...(multipart ? { enctype: "multipart/form-data" } : {}),
      [FORM_ATTRIBUTE]: action.name,
      // A record of attributes: Preact's own type for a form knows fewer values of `role` than there are.
    } as Record<string, unknown>,
    hiddenFields(state, action, instance, isGet),
    <FormScopeProvider value={form}>
      {children ?? drawWhole(form, submit)}
    </FormScopeProvider>,
  );
  if (state.cutTag === null || !state.isFailed(action, instance)) return drawn;
  return h(state.cutTag, null, drawn);
}

/** Draws what a form shows without children: its errors, its fields in order, and a button. */
function drawWhole(form: AnyBound | null, submit: string = "Submit"): MarkupNode {
  return (
    <>
      {form !== null && <FormErrors />}
      {form?.fields.map(({ name }) => <Field key={name} name={name} />)}
      <button type="submit">{submit}</button>
    </>
  );
}

const FORM_NAMES = ["autocomplete", "novalidate", "target"];

/** The URL that a form of a page is posted to: it names the page. */
export function endpointOf(url: string, { originFields }: PageState): string {
  const address = originFields[ORIGIN_URL_FIELD];
  return address === undefined ? url : withOriginPage(url, address);
}

/** The id of a form that was given none: it is what a refused submit is patched by. */
export function formId(action: Action, instance: string | null): string {
  return instance === null ? `form-${action.uid}` : `form-${action.uid}-${idSafe(instance)}`;
}

// An id may hold anything but white space; a selector needs no escaping when it holds only these.
function idSafe(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, (char) => `_${char.codePointAt(0)?.toString(16) ?? ""}_`);
}

/** The address alone: a GET form's fields are its URL, which people read and share, and the page's file is no part of one. */
function originOfGet({ originFields }: PageState): [string, string][] {
  const address = originFields[ORIGIN_URL_FIELD];
  return address === undefined ? [] : [[ORIGIN_URL_FIELD, shortAddress(address)]];
}

function hiddenFields(state: PageState, action: Action, instance: string | null, isGet: boolean): MarkupNode[] {
  const fields: [string, string][] = isGet
    ? [[ACTION_FIELD, action.name], ...originOfGet(state)]
    : [...Object.entries(state.originFields), [ONCE_FIELD, crypto.randomUUID()]];
  if (instance !== null) fields.push([INSTANCE_FIELD, instance]);
  return fields.map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />);
}
