/**
 * `<AddRow>`, `<RemoveRow>` and `<MoveRow>`: buttons that change the rows of a formset.
 *
 * With scripts the browser makes the change. Without, the button submits the form, and the page comes back with it.
 */
import { h } from "preact";
import { ROWS_FIELD } from "../protocol/names.ts";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { catalogueText, type UserText } from "../texts/catalogue.ts";
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { type RowPlace, RowScope, usePageState } from "./page_state.ts";
import { RowNumber, rowStep, useFormset } from "./rows.tsx";
import { useContext } from "./use_context.ts";

/** Props of `<AddRow>` in addition to the attributes of any element. */
export interface AddRowProps extends ElementAttributes {
  /** The name of the formset in a form with formsets. Default: the formset that is the form itself. */
  readonly formset?: string | undefined;
  /** The content of the button. Default: the text `addRow` of the catalogue, "Add row". */
  readonly children?: Markup;
}

/** Props of `<RemoveRow>` in addition to the attributes of any element. */
export interface RemoveRowProps extends ElementAttributes {
  /** The content of the button. Default: the text `removeRow` of the catalogue, "Remove row 3". */
  readonly children?: Markup;
}

/** Props of `<MoveRow>` in addition to the attributes of any element, which both buttons get. */
export interface MoveRowProps extends Omit<ElementAttributes, "id"> {
  /** The content of the button that moves the row up. Default: the text `moveRowUp`, "Move row 3 up". */
  readonly up?: Markup;
  /** The content of the button that moves the row down. Default: the text `moveRowDown`, "Move row 3 down". */
  readonly down?: Markup;
}

/**
 * Renders a button that adds a row to a formset. It is disabled while the formset has its maximum number of rows. The new row has the
 * initial values of its fields, and its first control gets the focus.
 *
 * Place it in the `<Form>`, outside of `<Rows>`, which has an example.
 *
 * @throws {TypeError} Outside the `<Form>` of a formset.
 */
export function AddRow({ formset: name, children, ...attributes }: AddRowProps): MarkupNode {
  const { definition: { prefix, max }, shownRows } = useFormset("AddRow", name);
  const { texts } = usePageState("AddRow");
  const disabled = shownRows.length >= max;
  return rowButton(`add ${prefix}`, { ...attributes, disabled }, children ?? texts.write(catalogueText("addRow")));
}

/**
 * Renders a button that removes the row around it. Give its content an accessible name that tells rows apart: with
 * `<RowNumber />`, as the default has.
 *
 * @throws {TypeError} Outside `<Rows>`, or when the rows of the formset cannot be deleted.
 */
export function RemoveRow({ children, ...attributes }: RemoveRowProps): MarkupNode {
  const { row, prefix } = useRow("RemoveRow");
  if (row.deleteField === null) {
    throw new TypeError("Cannot render <RemoveRow>: rows of the formset cannot be deleted; define it with canDelete");
  }
  return rowButton(
    `remove ${prefix}[${rowStep(row)}]`,
    attributes,
    children ?? <Numbered text={catalogueText("removeRow")} />,
  );
}

/**
 * Renders two buttons that move the row around them up and down, and the hidden field of its order.
 *
 * @throws {TypeError} Outside `<Rows>`, or when the rows of the formset cannot be ordered.
 */
export function MoveRow({ up, down, ...attributes }: MoveRowProps): MarkupNode {
  const { row, prefix, number } = useRow("MoveRow");
  if (row.orderField === null) {
    throw new TypeError("Cannot render <MoveRow>: rows of the formset cannot be ordered; define it with canOrder");
  }
  const place = `${prefix}[${rowStep(row)}]`;
  return (
    <>
      <input type="hidden" name={row.orderField.name} value={number ?? ""} />
      {rowButton(`up ${place}`, attributes, up ?? <Numbered text={catalogueText("moveRowUp")} />)}
      {rowButton(`down ${place}`, attributes, down ?? <Numbered text={catalogueText("moveRowDown")} />)}
    </>
  );
}

function rowButton(value: string, attributes: object, content: Markup): MarkupNode {
  return h(
    "button",
    // A change validates nothing, in the browser either.
    { ...elementAttributes(attributes, ["disabled"]), type: "submit", name: ROWS_FIELD, value, formnovalidate: true },
    // Markup is what Preact takes as children.
    content as MarkupNode,
  );
}

/** Renders text of the catalogue with the number of the row in place of `#`. */
function Numbered({ text }: { readonly text: UserText }): MarkupNode {
  const { texts } = usePageState("RowNumber");
  const [before, after] = texts.write(text).split("#");
  return (
    <>
      {before}
      <RowNumber />
      {after}
    </>
  );
}

function useRow(component: string): RowPlace {
  const place = useContext(RowScope);
  if (place === null) throw new TypeError(`Cannot render <${component}>: it is outside <Rows>`);
  return place;
}
