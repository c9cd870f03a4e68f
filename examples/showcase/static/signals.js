// A script, because Alpine has to be told about the page state.
import { hyperAlpine } from "/_hyper/client.js";

// The CSP build of Alpine is loaded after this script and fires this event before it starts.
document.addEventListener("alpine:init", () => globalThis.Alpine.plugin(hyperAlpine));
