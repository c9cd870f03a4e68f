// A layer over a page of the client.
import type { ElementNode } from "./dom.ts";
import { query } from "./dom.ts";
import { OpenPage, type PageSource } from "./page.ts";
import type { TestLayer } from "./test_page.ts";

/** A page in a layer. */
export class LayerPage extends OpenPage implements TestLayer {
  /** The page or the layer below. */
  readonly below: OpenPage;
  /** The element that has opened it. */
  readonly opener: ElementNode;
  #isOpen = true;
  #value: unknown;

  constructor(source: PageSource, opener: ElementNode, below: OpenPage) {
    super(source);
    this.opener = opener;
    this.below = below;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get value(): unknown {
    return this.#value;
  }

  /** Closes it, by the server with a value. */
  close(value?: unknown): void {
    this.#isOpen = false;
    this.#value = value;
  }

  /** Returns whether a URL leads to the page below, and not to that of the layer. */
  leadsOut({ pathname, search }: URL): boolean {
    return pathname === this.below.url.pathname && pathname + search !== this.url.pathname + this.url.search;
  }
}

/** Returns the page of a target: the nearest one that has it, from a layer down. */
export function pageOfTarget(page: OpenPage, target: string | null): OpenPage {
  if (!(page instanceof LayerPage)) return page;
  const isHere = page.isOpen && (target === null || query(page.node, target).length > 0);
  return isHere ? page : pageOfTarget(page.below, target);
}
