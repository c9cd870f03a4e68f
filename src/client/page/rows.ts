/**
 * Makes the changes of `<AddRow>`, `<RemoveRow>` and `<MoveRow>` in the page. Until this is loaded, and without scripts, the
 * server makes them: `forms/row_change.ts`.
 */
import { ROW_ATTRIBUTE, ROW_NUMBER_ATTRIBUTE, ROWS_ATTRIBUTE, ROWS_FIELD } from "../../protocol/names.ts";
import { parseRowChange, type RowChange } from "../../protocol/row_change.ts";
import { all, attr, doc, dom, isOff } from "../dom.ts";
import { updateIndicators } from "./busy.ts";
import { changeAsServer } from "./live_changes.ts";
import { loadNeeded } from "../parts/load_part.ts";

/** The rows of a formset on the page. */
interface RowList {
  /** The element around them. */
  readonly element: Element;
  readonly form: HTMLFormElement;
  /** The prefix of the formset. */
  readonly prefix: string;
}

/** Marks a row that the server must delete. */
const REMOVED = "data-hyper-removed";
/** Selector for the buttons. */
const BUTTON = `button[name="${ROWS_FIELD}"]`;
/** Selector for what a row is focused on: its first control. */
const CONTROL = "input:not([type=hidden]),select,textarea";

/** Observes the buttons until the signal is aborted. */
export function observeRows(signal: AbortSignal): void {
  addEventListener("click", (event) => {
    const { target } = event;
    const button = target instanceof Element && dom(target).closest(BUTTON);
    if (!(button instanceof HTMLButtonElement) || event.defaultPrevented || isOff(button)) return;
    const { form, value } = button;
    const change = parseRowChange(value);
    const element = form && change && all(`[${ROWS_ATTRIBUTE}="${change.prefix}"]`, form)[0];
    if (!element) return;
    event.preventDefault();
    const focused = changeAsServer(() => changeShownRows({ element, form, prefix: change.prefix }, change, button));
    dom(focused)?.focus();
    // The form was changed by the user: it may be unsaved, or be sent by `hyper-on`.
    for (const type of ["input", "change"]) dom(element).dispatchEvent(new Event(type, { bubbles: true }));
  }, { signal });
}

/** Makes a change. Returns the element for the focus. */
function changeShownRows(list: RowList, change: RowChange, button: HTMLElement): HTMLElement | null {
  const focused = change.kind === "add"
    ? addShownRow(list)
    : change.kind === "remove"
    ? removeShownRow(list, change.row)
    : moveShownRow(list, change.row, change.kind, button);
  numberRows(list);
  return focused;
}

function addShownRow(list: RowList): HTMLElement | null {
  const { element } = list;
  const template = [...dom(element).children].find((child) => child instanceof HTMLTemplateElement);
  const row = doc.importNode(template!.content, true).firstElementChild!;
  renameRow(row, "__index__", rowsOf(list).length);
  const last = shownRows(list).at(-1);
  if (last) dom(last).after(row);
  else dom(element).prepend(row);
  updateIndicators(row);
  loadNeeded(row);
  return dom(row).querySelector<HTMLElement>(CONTROL);
}

function removeShownRow(list: RowList, index: number): HTMLElement | null {
  const shown = shownRows(list);
  const at = shown.findIndex((row) => indexOf(row) === index);
  const row = shown[at];
  if (!row) return null;
  if (dom(row).hasAttribute("data-hyper-existing")) dom(row).replaceWith(removedRow(list, row));
  else {
    dom(row).remove();
    for (const later of rowsOf(list)) if (indexOf(later) > index) renameRow(later, indexOf(later), indexOf(later) - 1);
  }
  const next = shown[at + 1] ?? shown[at - 1];
  if (!next) return addButtons(list)[0] ?? null;
  // A screen reader reads the row.
  dom(next).setAttribute("tabindex", "-1");
  return next as HTMLElement;
}

function moveShownRow(list: RowList, index: number, kind: "up" | "down", button: HTMLElement): HTMLElement {
  const shown = shownRows(list);
  const at = shown.findIndex((row) => indexOf(row) === index);
  const row = shown[at];
  if (row && kind === "up" && at) dom(shown[at - 1])?.before(row);
  if (row && kind === "down") dom(shown[at + 1])?.after(row);
  return button;
}

/** Updates what depends on the number of the rows, and on their order. */
function numberRows(list: RowList): void {
  const shown = shownRows(list);
  shown.forEach((row, at) => {
    const number = String(at + 1);
    for (const place of all(`[${ROW_NUMBER_ATTRIBUTE}]`, row)) dom(place).textContent = number;
    for (const input of all(`[type=hidden][name="${list.prefix}[${indexOf(row)}]._order"]`, row)) {
      dom(input).setAttribute("value", number);
    }
  });
  const isFull = shown.length >= Number(attr(list.element, "data-hyper-max"));
  for (const button of addButtons(list)) button.disabled = isFull;
}

/** Returns a hidden element with the values of a row, which tell the server what to delete. */
function removedRow({ form, prefix }: RowList, row: Element): Element {
  const { localName } = dom(row);
  const removed = doc.createElement(localName);
  const view = dom(removed);
  for (const [name, value] of [["hidden", ""], [ROW_ATTRIBUTE, `${indexOf(row)}`], [REMOVED, ""]] as const) {
    view.setAttribute(name, value);
  }
  const place = localName === "tr" ? view.appendChild(doc.createElement("td")) : removed;
  const start = `${prefix}[${indexOf(row)}].`;
  const isSecret = (name: string) => all("[type=password]", row).some((control) => attr(control, "name") === name);
  const values = [...new FormData(form)].filter(([name, value]) =>
    name.startsWith(start) && typeof value === "string" && !isSecret(name)
  );
  for (const [name, value] of [...values, [`${start}_delete`, "on"]]) {
    const input = doc.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    dom(place).append(input);
  }
  return removed;
}

/** Puts another index into the names, IDs and references of a row: `lines[2].name`, `f-line-lines--2--name`. */
function renameRow(row: Element, from: string | number, to: number): void {
  // The first index of each name: a field may have one of its own.
  const pattern = new RegExp(`(\\S*?(?:\\[|--))${from}(?=\\]|--)(\\S*)`, "g");
  for (const element of [row, ...all("*", row)]) {
    for (const { name, value } of [...dom(element).attributes]) {
      // The values of the user stay.
      if (name === "value" && !(element instanceof HTMLButtonElement)) continue;
      const renamed = value.replace(pattern, (_, before: string, after: string) => before + to + after);
      if (renamed !== value) dom(element).setAttribute(name, renamed);
    }
  }
  dom(row).setAttribute(ROW_ATTRIBUTE, String(to));
}

const rowsOf = ({ element }: RowList): Element[] =>
  [...dom(element).children].filter((child) => dom(child).hasAttribute(ROW_ATTRIBUTE));

const shownRows = (list: RowList): Element[] => rowsOf(list).filter((row) => !dom(row).hasAttribute(REMOVED));

const indexOf = (row: Element): number => Number(attr(row, ROW_ATTRIBUTE));

/** Returns the buttons that add a row. */
const addButtons = ({ form, prefix }: RowList): HTMLButtonElement[] =>
  [...dom(form).elements].filter((button): button is HTMLButtonElement =>
    button instanceof HTMLButtonElement && button.name === ROWS_FIELD && button.value === `add ${prefix}`
  );
