// What importing the runtime adds to the page's own types: the details of its events, and its two globals. A declaration
// file without imports can do that; a module would have to say `declare global`, which JSR refuses.
interface WindowEventMap {
  "hyper:beforeRequest": import("./events.ts").HyperEventMap["hyper:beforeRequest"];
  "hyper:afterRequest": import("./events.ts").HyperEventMap["hyper:afterRequest"];
  "hyper:requestBlocked": import("./events.ts").HyperEventMap["hyper:requestBlocked"];
  "hyper:requestReplaced": import("./events.ts").HyperEventMap["hyper:requestReplaced"];
  "hyper:requestAborted": import("./events.ts").HyperEventMap["hyper:requestAborted"];
  "hyper:requestSuccess": import("./events.ts").HyperEventMap["hyper:requestSuccess"];
  "hyper:requestError": import("./events.ts").HyperEventMap["hyper:requestError"];
  "hyper:requestException": import("./events.ts").HyperEventMap["hyper:requestException"];
  "hyper:requestRetry": import("./events.ts").HyperEventMap["hyper:requestRetry"];
  "hyper:requestRetriesFailed": import("./events.ts").HyperEventMap["hyper:requestRetriesFailed"];
  "hyper:uploadProgress": import("./events.ts").HyperEventMap["hyper:uploadProgress"];
  "hyper:streamEvent": import("./events.ts").HyperEventMap["hyper:streamEvent"];
  "hyper:toast": import("./events.ts").HyperEventMap["hyper:toast"];
  "hyper:actionSwitch": import("./events.ts").HyperEventMap["hyper:actionSwitch"];
  "hyper:swap:before": import("./events.ts").HyperEventMap["hyper:swap:before"];
  "hyper:swap:after": import("./events.ts").HyperEventMap["hyper:swap:after"];
  "hyper:swap:missing": import("./events.ts").HyperEventMap["hyper:swap:missing"];
  "hyper:network:change": import("./events.ts").HyperEventMap["hyper:network:change"];
  "hyper:network:online": import("./events.ts").HyperEventMap["hyper:network:online"];
  "hyper:network:offline": import("./events.ts").HyperEventMap["hyper:network:offline"];
  "hyper:history:restore:before": import("./events.ts").HyperEventMap["hyper:history:restore:before"];
  "hyper:history:restore:after": import("./events.ts").HyperEventMap["hyper:history:restore:after"];
  "hyper:signals": import("./events.ts").HyperEventMap["hyper:signals"];
}

/** Calls an action. Same as `Hyper.action`. */
// deno-lint-ignore no-var -- a global of a script is a var
declare var action: import("./runtime.ts").HyperRuntime["action"];
/** The runtime of this page. */
// deno-lint-ignore no-var -- a global of a script is a var
declare var Hyper: import("./runtime.ts").HyperRuntime;
