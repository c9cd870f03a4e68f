/**
 * The parts of the runtime that are loaded after the initial file. CONTRIBUTING.md describes how to add one.
 *
 * `deno task bundle` makes a file of each import. A module that a part imports is that of the initial file if it is
 * there; otherwise it belongs to this part alone. Two parts cannot contain the same module, because each would have its
 * own state: one of them loads the other with `loadPart()`.
 *
 * @module
 */
import { DEPENDS_ATTRIBUTE, OPTIMISTIC_ATTRIBUTE, UNDO_ATTRIBUTE } from "../../protocol/names.ts";
import type { Part } from "./load_part.ts";

/** Selector for the elements that show requests in flight, or the state of the network. */
const INDICATORS = [
  ...["loading", "loading-key", "loading-action", "loading-disable", "loading-disable-key", "form-disable"],
  ...["loading", "online", "offline"].flatMap((state) => [state, `${state}-class`, `${state}-remove-class`]),
].map((name) => `[hyper-${name}]`).join();

/** The parts by name. */
export const PARTS: ReadonlyMap<string, Part> = new Map(Object.entries<Part>({
  // Every page is patched, and every call can fail.
  patch: { needs: "html", load: () => import("./patch.ts") },
  feedback: { needs: "html", load: () => import("./feedback.ts") },
  navigation: { needs: "[hyper-nav]", load: () => import("./navigation.ts") },
  page_cache: { needs: "[hyper-nav]", load: () => import("./page_cache.ts") },
  prefetch: { needs: "[hyper-prefetch]", load: () => import("./prefetch.ts") },
  extras: { needs: "[hyper-confirm-unsaved],[type=file],[x-data]", load: () => import("./extras.ts") },
  indicators: { needs: INDICATORS, atOnce: true, load: () => import("./indicators.ts") },
  rows: { needs: "[data-hyper-rows]", load: () => import("./rows.ts") },
  triggers: { needs: "[hyper-on],[hyper-action],[hyper-confirm]", atOnce: true, load: () => import("./triggers.ts") },
  optimistic: {
    needs: `template[${OPTIMISTIC_ATTRIBUTE}],[${UNDO_ATTRIBUTE}]`,
    atOnce: true,
    load: () => import("./optimistic.ts"),
  },
  layers: { needs: "[hyper-layer]", load: () => import("./layers.ts") },
  validate: { needs: `form[hyper-validate],form[${DEPENDS_ATTRIBUTE}]`, load: () => import("./validate.ts") },
  // No element shows that a page will register a hook, or open a topic.
  hooks: { needs: ":not(*)", load: () => import("./hooks.ts") },
  late: { needs: "[data-hyper-late],[data-hyper-load],[data-hyper-more]", load: () => import("./late.ts") },
  session: { needs: "[name=_hyper_user],[data-hyper-region]", load: () => import("./session.ts") },
  live: { needs: "[data-hyper-region]", load: () => import("./live.ts") },
}));
