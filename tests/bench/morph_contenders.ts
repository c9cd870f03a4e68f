/**
 * The libraries that `morph.ts` measures, used as their documentation recommends. Those that accept markup receive markup.
 */
import morphPlugin from "@alpinejs/morph";
import Alpine from "alpinejs";
import { Idiomorph } from "idiomorph";
import { morphElement } from "../../src/client/page/morph.ts";

Alpine.plugin(morphPlugin);
Alpine.start();

/** By name; each makes the target equal to the source. */
export const contenders: Record<string, (target: Element, source: Element, markup: string) => void> = {
  hyper: (target, source) => void morphElement(target, source),
  idiomorph: (target, source) => void Idiomorph.morph(target, source),
  alpine: (target, _source, markup) => Alpine.morph(target, markup),
  innerHTML: (target, _source, markup) => void (target.outerHTML = markup),
};
