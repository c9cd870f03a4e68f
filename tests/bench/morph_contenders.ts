/**
 * The contenders of `morph.ts`, each used as its documentation recommends. Those that accept markup get markup.
 */
import morphPlugin from "@alpinejs/morph";
import Alpine from "alpinejs";
import { Idiomorph } from "idiomorph";
import { morphElement } from "../../src/client/page/morph.ts";

Alpine.plugin(morphPlugin);
Alpine.start();

/** Functions that make the target equal to the source, by name. */
export const contenders: Record<string, (target: Element, source: Element, markup: string) => void> = {
  hyper: (target, source) => void morphElement(target, source),
  idiomorph: (target, source) => void Idiomorph.morph(target, source),
  alpine: (target, _source, markup) => Alpine.morph(target, markup),
  innerHTML: (target, _source, markup) => void (target.outerHTML = markup),
};
