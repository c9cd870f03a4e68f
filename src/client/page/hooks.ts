/**
 * Calls functions of the page for elements with `hyper-hook`: when they come into the page, and when they leave it.
 *
 * @module
 */
import { attr, ours } from "../dom.ts";
import type { ElementHook } from "./element_hook.ts";

/** The hooks by name. */
const hooks = new Map<string, ElementHook>();
/** The hooks of each element whose `connect` was called, and whose `disconnect` was not. */
const connected = new Map<Element, Set<ElementHook>>();
let isRunning = false;

/** Observes the page until the signal is aborted; then all elements are disconnected. */
export function start(signal: AbortSignal): void {
  isRunning = true;
  const observer = new MutationObserver(update);
  observer.observe(document, { subtree: true, childList: true, attributeFilter: ["hyper-hook", "hyper-off"] });
  signal.addEventListener("abort", () => {
    isRunning = false;
    observer.disconnect();
    update();
  });
  update();
}

/** Adds a hook, or replaces the one of this name. */
export function addHook(name: string, hook: ElementHook): void {
  hooks.set(name, hook);
  update();
}

/** Compares the elements that have a hook now with those that are connected. A moved element stays connected. */
function update(): void {
  const elements = isRunning ? ours("[hyper-hook]") : [];
  const wanted = new Map(elements.map((element) => [element, hooksOf(element)]));
  for (const [element, active] of connected) {
    for (const hook of active) {
      if (wanted.get(element)?.has(hook)) continue;
      active.delete(hook);
      run(() => hook.disconnect?.(element));
    }
    if (!active.size) connected.delete(element);
  }
  for (const [element, own] of wanted) {
    for (const hook of own) {
      const active = connected.get(element) ?? new Set();
      if (active.has(hook)) continue;
      connected.set(element, active.add(hook));
      run(() => hook.connect?.(element));
    }
  }
}

/** Returns the hooks that an element names. A name without a hook may get one later. */
function hooksOf(element: Element): Set<ElementHook> {
  const names = `${attr(element, "hyper-hook")}`.split(/\s+/);
  return new Set(names.map((name) => hooks.get(name)).filter((hook) => hook !== undefined));
}

/** Runs a function of the page. Its error is reported, and the other hooks run. */
function run(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportError(error);
  }
}
