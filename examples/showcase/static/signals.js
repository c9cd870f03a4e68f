import { hyperAlpine } from "/_hyper/client.js";

// Alpine's build for strict policies is loaded after this and announces itself before it starts.
document.addEventListener("alpine:init", () => globalThis.Alpine.plugin(hyperAlpine));
