// `<Form>`: a form of an action, which works with and without scripts.
import { h } from "preact";
import { jsxAttr } from "preact/jsx-runtime";
import type { Action } from "../actions/action.ts";
import type { AnyBound } from "../forms/any_form.ts";
import { shortAddress, withOriginPage } from "../pages/origin.ts";
import {
  ACTION_FIELD,
  DEPENDS_ATTRIBUTE,
  FORM_ATTRIBUTE,
  INSTANCE_FIELD,
  ONCE_FIELD,
  ORIGIN_URL_FIELD,
  ROWS_FIELD,
  USER_FIELD,
} from "../protocol/names.ts";
import { REDRAW } from "../protocol/row_change.ts";
import { catalogueText } from "../texts/catalogue.ts";
import { dependenciesOf } from "../forms/bound_form.ts";
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { Field } from "./field.tsx";
import { FormErrors } from "./form_errors.tsx";
import { type ActionRef, FormScopeProvider, type PageState, PredictionScope, usePageState } from "./page_state.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { rawHtml } from "./render_html.ts";
import { useContext } from "./use_context.ts";
import { suspension } from "./suspension.ts";

/** Props of `<Form>` in addition to the attributes of any element. */
export interface FormProps extends ElementAttributes {
  /** The action that the form is submitted to: the action, its full name, or a decorated method. */
  readonly action: ActionRef;
  /** A name that is unique among the forms of this action on the page, such as a row's id. Default: none. */
  readonly instance?: string | number | undefined;
  /** Initial values of fields, in place of those of `getInitial`. Default: none. */
  readonly initial?: object | undefined;
  /** If `"off"`, the browser does not fill in the fields. Default: `"on"`. */
  readonly autocomplete?: "on" | "off" | undefined;
  /** If `true`, the browser submits the form without checking its fields. Default: `false`. */
  readonly novalidate?: boolean | undefined;
  /**
   * Asks the server whether a field is valid before the form is submitted: `"blur"` when the user leaves it after a change, `"input"`
   * while the user types as well. The action must allow it. Without scripts nothing changes. Default: fields are validated when the
   * form is submitted.
   */
  readonly validate?: "blur" | "input" | undefined;
  /** The window or frame that shows the response; the browser, not the runtime, submits such a form. Default: this one. */
  readonly target?: string | undefined;
  /** The text of the button of a form without `children`. Default: `Submit`. */
  readonly submit?: string | undefined;
  /** The whole content of the form. Default: its errors, every field, and a submit button. */
  readonly children?: Markup;
}

/**
 * Renders a form of an action. It sets the hidden fields, the method, the URL, and `enctype` if a field takes files. The browser
 * runtime submits it without a page load; without scripts the browser posts it and gets the page again.
 *
 * After an invalid submit it shows the submitted values and their errors; other forms on the page are not affected.
 *
 * @throws {TypeError} When the action does not exist or does not allow `validate`, or outside a page.
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
  const { action: ref, instance: rawInstance, initial, submit, validate, children, ...attributes } = props;
  const state = usePageState("Form");
  const { action, url } = state.findAction(ref, "Form");
  if (validate !== undefined) checkValidates(action);
  const instance = rawInstance === undefined ? null : String(rawInstance);
  const form = state.formOf(action, instance, initial ?? null);
  // Suspends: the renderer waits and renders this form again, when the state has the bound form.
  if (form instanceof Promise) throw suspension(form);

  const depends = form === null ? [] : dependenciesOf(form);
  const multipart = form?.hasFiles === true || action.onFile !== null;
  const isGet = action.method === "GET";
  const element = h(
    "form",
    {
      ...elementAttributes(attributes, FORM_NAMES),
      id: props.id ?? formId(action, instance),
      method: isGet ? "get" : "post",
      action: isGet ? state.path : endpointOf(url, state),
      ...(multipart ? { enctype: "multipart/form-data" } : {}),
      [FORM_ATTRIBUTE]: action.name,
      ...(depends.length === 0 ? {} : { [DEPENDS_ATTRIBUTE]: JSON.stringify(depends) }),
      ...(validate === undefined ? {} : { "hyper-validate": validate }),
      // Preact's type of a form lacks values of `role`.
    } as Record<string, unknown>,
    hiddenFields(state, action, instance, isGet),
    defaultButton(form),
    <FormScopeProvider value={form}>
      {children ?? wholeForm(form, submit)}
    </FormScopeProvider>,
    depends.length === 0 ? null : redrawButton(state),
  );
  // The form in a prediction is another state of the form that has failed.
  if (state.cutTag === null || useContext(PredictionScope) || !state.isFailed(action, instance)) return element;
  return h(state.cutTag, null, element);
}

function checkValidates({ name, validate }: Action): void {
  if (validate !== null) return;
  throw new TypeError(
    `Cannot render <Form validate>: action "${name}" does not allow it; declare the action with validate: true`,
  );
}

/** Returns the content of a form without children: its errors, its fields in order, and a button. */
function wholeForm(form: AnyBound | null, submit: string = "Submit"): MarkupNode {
  return (
    <>
      {form !== null && <FormErrors />}
      {form?.fields.map(({ name }) => <Field key={name} name={name} />)}
      <button type="submit">{submit}</button>
    </>
  );
}

const FORM_NAMES = ["autocomplete", "novalidate", "target"];

/** Returns the URL that a form of a page is posted to. It names the page. */
export function endpointOf(url: string, { originFields }: PageState): string {
  const address = originFields[ORIGIN_URL_FIELD];
  return address === undefined ? url : withOriginPage(url, address);
}

/** Returns the id of a form that has no `id` of its own. An invalid submit is patched by it. */
export function formId(action: Action, instance: string | null): string {
  return instance === null ? `form-${action.uid}` : `form-${action.uid}-${idSafe(instance)}`;
}

// An id may contain anything but white space; these characters need no escaping in a selector.
function idSafe(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, (char) => `_${char.codePointAt(0)?.toString(16) ?? ""}_`);
}

/** Returns the origin field of a GET form: its URL only. The fields end up in a URL that users see and share, without the file. */
function originOfGet({ originFields }: PageState): [string, string][] {
  const address = originFields[ORIGIN_URL_FIELD];
  return address === undefined ? [] : [[ORIGIN_URL_FIELD, shortAddress(address)]];
}

/**
 * Returns the default button of a form with rows: the first one, which Enter in a field presses (HTML, 4.10.22.2). It would else be
 * a button that removes a row.
 */
function defaultButton(form: AnyBound | null): MarkupNode | null {
  const hasRows = form !== null && (form.kind === "formset" || "formsets" in form);
  return hasRows ? <button type="submit" hidden /> : null;
}

/** Returns the button that shows a form again whose fields depend on what is typed. With scripts, the runtime does it. */
function redrawButton({ texts }: PageState): MarkupNode {
  return (
    <noscript>
      <button type="submit" name={ROWS_FIELD} value={REDRAW} formnovalidate>
        {texts.write(catalogueText("redrawForm"))}
      </button>
    </noscript>
  );
}

/** Returns the hidden fields of a form: its page, its request ID, its user, its instance. */
export function hiddenFields(state: PageState, action: Action, instance: string | null, isGet: boolean): MarkupNode {
  const fields: [string, string][] = isGet
    ? [[ACTION_FIELD, action.name], ...originOfGet(state)]
    : [...Object.entries(state.originFields), [ONCE_FIELD, crypto.randomUUID()]];
  if (!isGet && state.userTag !== null) fields.push([USER_FIELD, state.userTag]);
  if (instance !== null) fields.push([INSTANCE_FIELD, instance]);
  // As text: three elements in every form.
  return rawHtml(
    fields.map(([name, value]) => `<input type="hidden" ${jsxAttr("name", name)} ${jsxAttr("value", value)}/>`).join(
      "",
    ),
  );
}
