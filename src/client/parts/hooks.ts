// The part that observes elements with `hyper-hook`. Loaded when the page registers its first hook.
export { addHook, start } from "../page/hooks.ts";
