/**
 * The layers over the page: pages in dialogs, each with an address of its own.
 *
 * @module
 */
import { dom } from "../dom.ts";

/** A layer over the page, or over another layer. */
export interface Layer {
  /** Its dialog, a child of the body. */
  readonly dialog: HTMLDialogElement;
  /** The element in it that holds its page: the body of the layer. */
  readonly content: Element;
  /** The layer below; `undefined` for the page. */
  readonly under?: Layer | undefined;
  /** The URL of the page that it shows. */
  url: string;
  /** The key of the history entry under that of the layer; `null` if the layer has none. */
  readonly below?: string | null;
  /** The title that the document has when it is closed. */
  title?: string;
  /** The title that the server has sent last. */
  ownTitle?: string;
  /** `true` in place of a page that the user has left. */
  readonly isLeft?: true;
}

/** The open layers, the topmost last. */
export const layers: Layer[] = [];

/** A page as the server has sent it, without its content. */
export interface SentPage {
  /** Its `<html>`; `undefined` for the first page of the document, whose one scripts may have changed. */
  readonly root?: Element;
  readonly title: string;
}

/** The page under the layers. */
export const covered: {
  /** Its URL while the address bar shows that of a layer, else an empty string. */
  url: string;
  /** Its title and its `<html>` as the server has sent them last. */
  sent?: SentPage;
} = { url: "" };

/** Returns the layer that an element is in; `undefined` for one of the page. */
export const layerOf = (element: Element | null | undefined): Layer | undefined =>
  layers.find(({ dialog }) => dom(dialog).contains(element ?? null));

/** Returns the URL of a layer, or of the page. */
export const hrefOf = (layer: Layer | undefined): string => layer?.url ?? (covered.url || location.href);

/** Returns path and query of a layer, or of the page. */
export function addressOf(layer: Layer | undefined): string {
  const { pathname, search } = new URL(hrefOf(layer));
  return pathname + search;
}

/** Returns those of several elements that are in a layer, or, if there are none, in the nearest one below it; else all. */
export function nearestOf(found: Element[], layer: Layer | undefined): Element[] {
  const near = found.filter((element) => layerOf(element) === layer);
  return near[0] || !found[0] ? near : layer ? nearestOf(found, layer.under) : found;
}
