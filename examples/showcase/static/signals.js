import { hyperAlpine } from "/_hyper/client.js";

// Alpine is loaded after this script, and fires `alpine:init` before it starts.
document.addEventListener("alpine:init", () => globalThis.Alpine.plugin(hyperAlpine));
