// The predictions on a page of the client, which calls in flight show until their answers. The page below them is always that of the
// server: a change of the server is made without them, and they are made again. See `client/page/optimistic.ts`.
import { enteredTexts, fillEntered, RAW_ELEMENTS, SHOWN_ATTRIBUTE } from "../protocol/entered.ts";
import { OPTIMISTIC_ATTRIBUTE } from "../protocol/names.ts";
import type { Swap } from "../protocol/patch.ts";
import { controlType, formControls } from "./controls.ts";
import {
  attribute,
  closest,
  type DocumentNode,
  type ElementNode,
  elementsIn,
  isElementNode,
  isInOff,
  isTextNode,
  type Node,
  parseFragmentIn,
  query,
  siblingMarkup,
  templateMarkup,
} from "./dom.ts";
import { Patcher, readSwap } from "./patches.ts";

/** A change of the page that a call predicts. */
export interface TestPrediction {
  /** Selector of the elements to change. Default: the `target` of the call. */
  readonly target?: string | undefined;
  /** The swap mode. Default: that of the call. */
  readonly swap?: Swap | undefined;
  /** The markup. Default: none, for `delete`. */
  readonly content?: string | undefined;
}

/** A call that predicts. */
interface PredictingCall {
  readonly signal: AbortSignal;
  readonly target: string | null;
  readonly swap: Swap;
  readonly fields: FormData | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A prediction on a page. */
interface Pending {
  /** Identifies its call, and those that it switches to. */
  readonly signal: AbortSignal;
  readonly target: string;
  readonly swap: Swap;
  readonly content: string;
  /** The elements that it has changed. */
  places: readonly ElementNode[];
}

const RAW: ReadonlySet<string> = new Set(RAW_ELEMENTS.split(","));

/** The predictions on one page. */
export class PagePredictions {
  readonly #document: DocumentNode;
  readonly #patcher = new Patcher();
  #pending: readonly Pending[] = [];
  /** Takes all of them back. */
  #lift: () => void = () => {};

  constructor(document: DocumentNode) {
    this.#document = document;
  }

  /** Shows what a call predicts. */
  begin({ signal, target, swap }: PredictingCall, changes: readonly TestPrediction[]): void {
    const added = changes.map((change): Pending => ({
      signal,
      target: change.target ?? target ?? "",
      swap: change.swap ?? swap,
      content: change.content ?? "",
      places: [],
    }));
    this.#show([...this.#pending, ...added.filter(({ target }) => target !== "")]);
  }

  /** Ends all: another page is shown in this document. */
  clear(): void {
    this.#pending = [];
    this.#lift = () => {};
  }

  /** Takes back what a call predicts. */
  end(signal: AbortSignal): void {
    this.#show(this.#pending.filter((prediction) => prediction.signal !== signal));
  }

  /**
   * Makes a change of the server. Predictions of its call for the same places end.
   *
   * @param change The change.
   * @param signal Identifies the call.
   * @param target Selector of the changed elements, or `null`.
   */
  change<Result>(change: () => Result, signal: AbortSignal, target: string | null): Result {
    if (this.#pending.length === 0) return change();
    this.#lift();
    const changed = target === null ? [] : query(this.#document, target);
    const isOver = (prediction: Pending) =>
      prediction.signal === signal &&
      prediction.places.some((place) => changed.some((other) => isWithinPlace(place, other)));
    const rest = this.#pending.filter((prediction) => !isOver(prediction));
    const result = change();
    this.#pending = this.#make(rest);
    return result;
  }

  #show(predictions: readonly Pending[]): void {
    this.#lift();
    this.#pending = this.#make(predictions);
  }

  #make(predictions: readonly Pending[]): readonly Pending[] {
    this.#lift = predictions.length === 0 ? () => {} : recordTree(this.#document);
    for (const prediction of predictions) {
      const { target, swap, content } = prediction;
      prediction.places = query(this.#document, target);
      const defaults = { target, swap, strictTargets: false };
      this.#patcher.apply(this.#document, { content: withPendingMarks(content) }, defaults, this.#patcher.next());
    }
    return predictions;
  }
}

/** Returns what the `<Optimistic>` of a form predict. */
export function predictionsOf(form: ElementNode, { fields, data }: PredictingCall): readonly TestPrediction[] {
  const secret = formControls(form).filter((it) => controlType(it) === "password").map((it) =>
    attribute(it, "name") ?? ""
  );
  const valueOf = enteredTexts(fields, data, new Set(secret));
  return optimisticTemplates(form).map((template) => ({
    target: attribute(template, "hyper-target") ?? undefined,
    swap: readSwap(attribute(template, "hyper-swap")),
    content: filled(templateMarkup(template), valueOf),
  }));
}

/** Returns the templates of the predictions of a form. */
export function optimisticTemplates(form: ElementNode): readonly ElementNode[] {
  return query(form, `template[${OPTIMISTIC_ATTRIBUTE}]`).filter((template) => !isInOff(template));
}

/** Returns the markup of a template with the values of the user, as `client/page/entered.ts` inserts them. */
function filled(content: string, valueOf: (name: string) => string): string {
  const nodes = parseFragmentIn(content, null);
  const fill = (node: Node): void => {
    if (isElementNode(node)) {
      node.attrs = node.attrs.flatMap((attr) => {
        const value = fillEntered(attr.value, valueOf);
        return value === attr.value || SHOWN_ATTRIBUTE.test(attr.name) ? [{ ...attr, value }] : [];
      });
    }
    if (isTextNode(node)) {
      const isRaw = node.parentNode !== null && isElementNode(node.parentNode) && RAW.has(node.parentNode.tagName);
      node.value = fillEntered(node.value, isRaw ? () => "" : valueOf);
    }
    if ("childNodes" in node) node.childNodes.forEach(fill);
  };
  nodes.forEach(fill);
  return siblingMarkup(nodes);
}

/** Returns markup whose elements are marked as those of a prediction. */
function withPendingMarks(content: string): string {
  const nodes = parseFragmentIn(content, null);
  for (const node of nodes) if (isElementNode(node)) node.attrs = [...node.attrs, { name: "hyper-pending", value: "" }];
  return siblingMarkup(nodes);
}

/** Records a document. Returns a function that restores it: its nodes stay the same ones. */
function recordTree(document: DocumentNode): () => void {
  const restorers = [document, ...elementsIn(document)].map((node) => {
    const children = [...node.childNodes];
    const texts = children.map((child) => isTextNode(child) ? child.value : null);
    const attrs = isElementNode(node) ? node.attrs.map((attr) => ({ ...attr })) : [];
    return () => {
      if (isElementNode(node)) node.attrs = attrs;
      node.childNodes = children;
      for (const [index, child] of children.entries()) {
        child.parentNode = node;
        if (isTextNode(child)) child.value = texts[index] ?? "";
      }
    };
  });
  return () => restorers.forEach((restore) => restore());
}

/** Returns whether a place is in an element, or in one with its id: the place may be in another prediction. */
function isWithinPlace(place: ElementNode, other: ElementNode): boolean {
  const id = attribute(other, "id");
  return closest(place, (it) => it === other || id !== null && attribute(it, "id") === id) !== null;
}
