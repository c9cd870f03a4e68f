/**
 * Applies the events of a response to the page: one effect for each.
 *
 * The data of an event is not trusted: only own properties are read, and each is checked before use.
 *
 * @module
 */
import { text } from "../../protocol/wire.ts";
import { emitCallEvent } from "../call/call.ts";
import { dom } from "../dom.ts";
import { loadPart } from "../parts/load_part.ts";
import { pages } from "../navigate/nav_observer.ts";
import type { Effect } from "./effect.ts";
import { abortable } from "../call/wait.ts";

/** The effects by event name. Other events are only fired as `hyper:streamEvent`. */
export const effects: ReadonlyMap<string, Effect> = new Map(Object.entries<Effect>({
  async patch_html(data, activeCall, sequence, again) {
    const { patchHtml } = await abortable(activeCall.signal, loadPart("patch"));
    await patchHtml(data, activeCall, sequence, again);
  },
  toast(data, activeCall) {
    // A scalar is sent as `{ value }`.
    emitCallEvent("toast", activeCall, { value: `${Object.keys(data)}` === "value" ? data.value : { ...data } });
    // The rest of the response does not wait. If the part cannot be loaded, the page shows this.
    loadPart("feedback").then(({ showToast }) => showToast(data), () => {});
  },
  async dispatch_event({ name, payload, target }, activeCall) {
    const selector = text(target);
    const patch = selector && await abortable(activeCall.signal, loadPart("patch"));
    for (const place of patch ? patch.findTargets(selector, activeCall) : [globalThis]) {
      dom(place).dispatchEvent(new CustomEvent(`${name}`, { detail: payload, bubbles: true }));
    }
  },
  async history({ push_url, replace_url }) {
    const { setEntry } = await pages();
    setEntry(`${push_url ?? replace_url}`, push_url !== undefined);
  },
  async load_js({ src }, activeCall) {
    const { signal } = activeCall;
    await abortable(signal, loadPart("extras").then(({ loadScript }) => loadScript(`${src}`))).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        // The rest of the response is applied.
        emitCallEvent("requestException", activeCall, { error });
      },
    );
  },
}));
