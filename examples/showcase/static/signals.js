// A script, because Alpine needs the plug-in for the page state.
import { hyperAlpine } from "/_hyper/client.js";

// The CSP build of Alpine is loaded after this script and fires this event before it starts.
document.addEventListener("alpine:init", () => globalThis.Alpine.plugin(hyperAlpine));
