// Global types that an import of the runtime adds: its events and its two globals. A declaration file without imports
// can do that; a module would need `declare global`, which JSR rejects.
type HyperEventMap = import("./events.ts").HyperEventMap;
interface WindowEventMap extends HyperEventMap {}

/** Calls an action. Same as `Hyper.action`. */
// deno-lint-ignore no-var -- a global of a script is a var
declare var action: import("./runtime.ts").HyperRuntime["action"];
/** The runtime of this page. */
// deno-lint-ignore no-var -- a global of a script is a var
declare var Hyper: import("./runtime.ts").HyperRuntime;
