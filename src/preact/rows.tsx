/**
 * `<Rows>`: the rows of a formset, and the number of a row.
 */
import { cloneElement, h, isValidElement, type VNode } from "preact";
import { atOnce } from "../callback.ts";
import type { BoundField } from "../forms/bound_field.ts";
import type { BoundFormset, BoundFormsetRow } from "../forms/formset.ts";
import { ROW_ATTRIBUTE, ROW_NUMBER_ATTRIBUTE, ROWS_ATTRIBUTE } from "../protocol/names.ts";
import type { MarkupNode } from "../results/markup.ts";
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { FormScope, FormScopeProvider, type RowPlace, RowScope, RowScopeProvider } from "./page_state.ts";
import { useContext } from "./use_context.ts";

/** Props of `<Rows>` in addition to the attributes of any element. */
export interface RowsProps extends ElementAttributes {
  /** The name of the formset in a form with formsets. Default: the formset that is the form itself. */
  readonly formset?: string | undefined;
  /** The tag of the element around the rows, such as `tbody`. Default: `div`. */
  readonly as?: string | undefined;
  /**
   * Renders a row as one element. Called for each row, and once for the empty row that the browser copies. Inside of it, the names
   * of `<Field>` are those of the row's form.
   */
  readonly children: (row: BoundFormsetRow) => MarkupNode;
}

/**
 * Renders the rows of a formset: those that are not removed, in their order, and a `<template>` that the browser copies for a new
 * one. `<AddRow>`, `<RemoveRow>` and `<MoveRow>` change them: in the browser without a request, or without scripts by a submit that
 * validates nothing and runs no handler.
 *
 * Removed rows that existed before stay in the form, hidden, so that the server can delete them. After a change without scripts, the
 * focus is on the row that the user continues with.
 *
 * @throws {TypeError} Outside the `<Form>` of a formset, or when a row is not one element.
 *
 * @example
 * ```tsx
 * import { action, AddRow, createHandler, defineForm, defineFormset, Field, field, Form, RemoveRow, RowNumber, Rows } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const GuestForm = defineForm("guest", { fields: { name: field.text({ required: true }) } });
 * const Guests = defineFormset(GuestForm, { prefix: "guests", max: 6, canDelete: true });
 * const seat = action("seat", { form: Guests }, () => {});
 *
 * const Page = () => (
 *   <Form action={seat}>
 *     <Rows>
 *       {() => (
 *         <fieldset>
 *           <legend>Guest <RowNumber /></legend>
 *           <Field name="name" />
 *           <RemoveRow />
 *         </fieldset>
 *       )}
 *     </Rows>
 *     <AddRow>Add guest</AddRow>
 *     <button>Save</button>
 *   </Form>
 * );
 * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: Page, seat }) }] });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, 'name="guests[0].name"');
 * ```
 */
export function Rows({ formset: name, as = "div", children, ...attributes }: RowsProps): MarkupNode {
  const formset = useFormset("Rows", name);
  const { definition, currentRow, emptyRow } = formset;
  const removed = formset.rows.filter((row) => row.isDeleted && !row.extra);
  return h(
    as,
    {
      ...elementAttributes(attributes),
      [ROWS_ATTRIBUTE]: definition.prefix,
      "data-hyper-max": definition.max,
    },
    formset.shownRows.map((row, at) => {
      const root = rowRoot(row, children);
      const place = { row, prefix: definition.prefix, number: at + 1 };
      return inRow(place, row.index === currentRow ? cloneElement(root, { tabindex: -1, autofocus: true }) : root);
    }),
    removed.map((row) => hiddenRow(row, rowRoot(row, children).type)),
    <template>
      {inRow({ row: emptyRow, prefix: definition.prefix, number: null }, rowRoot(emptyRow, children))}
    </template>,
  );
}

/** Renders the number of the row around it, from 1. The browser updates it when rows are added, removed and moved. */
export function RowNumber(): MarkupNode {
  const scope = useContext(RowScope);
  if (scope === null) throw new TypeError("Cannot render <RowNumber>: it is outside <Rows>");
  return <span {...{ [ROW_NUMBER_ATTRIBUTE]: "" }}>{scope.number}</span>;
}

/**
 * Returns the formset around a component.
 *
 * @param component The name of the component, for the message.
 * @param name The name of the formset in a form with formsets.
 * @throws {TypeError} When there is none.
 */
export function useFormset(component: string, name: string | undefined): BoundFormset {
  const form = useContext(FormScope);
  const formsets = form !== null && "formsets" in form ? form.formsets : {};
  const found = name === undefined ? form : Object.hasOwn(formsets, name) ? formsets[name] : null;
  if (found?.kind === "formset") return found;
  const given = name === undefined ? "" : ` formset="${name}"`;
  throw new TypeError(
    `Cannot render <${component}${given}>: the form around it has no such formset; render it in the <Form> of a formset, or ` +
      `name a formset of the form`,
  );
}

function inRow(place: RowPlace, root: VNode): MarkupNode {
  return (
    <RowScopeProvider key={place.row.index} value={place}>
      <FormScopeProvider value={place.row.form}>{root}</FormScopeProvider>
    </RowScopeProvider>
  );
}

/** Returns the element of a row, marked for the browser. */
function rowRoot(row: BoundFormsetRow, children: RowsProps["children"]): VNode {
  const root: unknown = atOnce(children(row), "the children of <Rows>");
  if (!isValidElement(root) || typeof root.type !== "string") {
    throw new TypeError("Cannot render <Rows>: a row is not one element; return an element such as <fieldset> or <tr>");
  }
  const marks = { [ROW_ATTRIBUTE]: rowStep(row), ...(row.extra ? {} : { "data-hyper-existing": "" }) };
  return cloneElement(root, marks);
}

/** Returns the index of a row as it is in names; a placeholder for the empty row. */
export function rowStep({ index }: BoundFormsetRow): string {
  return String(index ?? "__index__");
}

/** Renders a removed row: the values that identify it, and the mark that deletes it. */
function hiddenRow(row: BoundFormsetRow, type: unknown): MarkupNode {
  const inputs = [...row.form.fields, ...[row.deleteField].filter((field) => field !== null)].flatMap(hiddenInputs);
  return h(
    // The type of a row's root is a tag, as rowRoot() has checked.
    String(type),
    { key: row.index, hidden: true, [ROW_ATTRIBUTE]: rowStep(row), "data-hyper-removed": "" },
    type === "tr" ? <td>{inputs}</td> : inputs,
  );
}

/** Renders the values of a field as hidden inputs. Those of passwords and files are never rendered. */
function hiddenInputs({ name, value }: BoundField): readonly MarkupNode[] {
  const values = typeof value === "boolean" ? (value ? ["on"] : []) : typeof value === "string" ? [value] : value;
  return values.map((value) => <input key={`${name} ${value}`} type="hidden" name={name} value={value} />);
}
