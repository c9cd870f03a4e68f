/**
 * The browser runtime. Importing it in a page starts it, once: forms of actions are taken over, `window.action` and
 * `window.Hyper` are there, `hyper-*` attributes work. Importing it anywhere else does nothing.
 *
 * ```html
 * <script type="module" src="/_hyper/client.js"></script>
 * ```
 *
 * @example A button that calls an action
 * ```ts ignore
 * import { action } from "@hyper/actions/client";
 *
 * document.querySelector("#refresh")?.addEventListener("click", () => action("refresh", {}, { target: "#news" }));
 * ```
 *
 * @module
 */
import { action as ownAction } from "./src/client/action.ts";
import { Hyper as ownHyper, type HyperRuntime, start, stop } from "./src/client/runtime.ts";

export { hyperAlpine } from "./src/client/alpine.ts";
export type { ActionOptions, RequestOptions } from "./src/client/action.ts";
export { type ActionCall, type ActionCalls, createActions } from "./src/client/create_actions.ts";
export type { HyperConfig, HyperOptions, LoadingConfig, Messages, RetryConfig } from "./src/client/config.ts";
export { ConnectionError } from "./src/client/send.ts";
export type { HyperRuntime };

if (typeof document !== "undefined") start();

/** The runtime's life, for programs that end it: tests, and parts of a page that come and go. */
export const runtime: { readonly start: () => void; readonly stop: () => void } = { start, stop };

/** The runtime of this page: the one that was started first, where a page loads two copies of this module. */
export const Hyper: HyperRuntime = "Hyper" in globalThis ? globalThis.Hyper : ownHyper;

/** Calls an action of the server and lets its answer take effect on the page: see {@linkcode HyperRuntime}. */
export const action: typeof ownAction = Hyper.action;
