// `<SubmitButton>`: a button that submits its form to another action, with and without scripts.
import { h } from "preact";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { FORM_ATTRIBUTE } from "../protocol/names.ts";
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { endpointOf } from "./form.tsx";
import { type ActionRef, FormScope, usePageState } from "./page_state.ts";
import { suspension } from "./suspension.ts";
import { useContext } from "./use_context.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Props of `<SubmitButton>` in addition to the attributes of any element. */
export interface SubmitButtonProps extends ElementAttributes {
  /** The action that the form is submitted to: the action, its full name, or a decorated method. It must answer POST. */
  readonly action: ActionRef;
  /** The name of the field that the button adds to the form. Default: none. */
  readonly name?: string | undefined;
  /** The value of that field. Default: `""`. */
  readonly value?: string | number | undefined;
  /** If `true`, the button cannot be pressed. Default: `false`. */
  readonly disabled?: boolean | undefined;
  /** The id of the form that the button submits. Default: the form around the button. */
  readonly form?: string | undefined;
  /** If `true`, the browser submits the form without checking its fields. Default: `false`. */
  readonly formnovalidate?: boolean | undefined;
  /** The content of the button. Default: the text `submit` of the catalogue, "Submit". */
  readonly children?: Markup;
}

/**
 * Renders a submit button with an action of its own: the fields of its form are sent to that action.
 *
 * The button names the page in its URL, as `<Form>` does, so that the action runs with the URL and the params of the page that
 * rendered the button. It posts even in a GET form, and sends the form as `multipart/form-data` if its action takes files. The
 * `instance` of the form around it is sent too.
 *
 * If the input is invalid, and the page has no form of the action itself, the form around the button comes back with the submitted
 * values and their errors. Its fields must be fields of the action's form.
 *
 * @param props The action, the content of the button, and attributes.
 * @throws {TypeError} When the action does not exist, when the action answers GET, or outside a page.
 *
 * @example Two actions in one form
 * ```tsx
 * import { action, createHandler, defineForm, Field, field, Form, SubmitButton } from "@hyper/actions";
 * import { assertMatch } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { title: field.text() } });
 * const save = action("save", { form: NoteForm }, () => {});
 * const remove = action("remove", () => {});
 *
 * function Note() {
 *   return (
 *     <Form action={save}>
 *       <Field name="title" />
 *       <button>Save</button>
 *       <SubmitButton action={remove} formnovalidate>Delete</SubmitButton>
 *     </Form>
 *   );
 * }
 * const handler = createHandler({
 *   pages: [{ path: "/notes/[id]", load: () => Promise.resolve({ default: Note, save, remove }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/notes/7"))).text();
 * assertMatch(page, /formaction="[^"]+\?_next_form_origin=%2Fnotes%2F7"[^>]* data-hyper-form="remove"[^>]*>Delete</);
 * ```
 */
export function SubmitButton(props: SubmitButtonProps): MarkupNode {
  const { action: ref, children, ...attributes } = props;
  const state = usePageState("SubmitButton");
  const { action, url } = state.findAction(ref, "SubmitButton");
  if (action.method === "GET") {
    throw new TypeError(
      `Cannot render <SubmitButton> for action "${action.name}": it answers GET, and the fields of a form are sent with POST; ` +
        `give it a <Form> of its own`,
    );
  }
  state.noteButton(action, props.form === undefined ? useContext(FormScope) : null);
  const multipart = state.takesFiles(action);
  // Suspends: the renderer waits and renders this button again, when the state has the result.
  if (multipart instanceof Promise) throw suspension(multipart);
  return h(
    "button",
    {
      ...elementAttributes(attributes, BUTTON_NAMES),
      type: "submit",
      formaction: endpointOf(url, state),
      // The form around it may be a GET form.
      formmethod: "post",
      ...(multipart ? { formenctype: "multipart/form-data" } : {}),
      [FORM_ATTRIBUTE]: action.name,
      // A record of attributes, as in <Form>.
    } as Record<string, unknown>,
    // Markup is what Preact takes as children.
    (children ?? state.texts.write(catalogueText("submit"))) as MarkupNode,
  );
}

const BUTTON_NAMES = ["name", "value", "disabled", "form", "formnovalidate"];
