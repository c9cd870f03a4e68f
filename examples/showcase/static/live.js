// Opens the stream with the page. The runtime closes it when the user leaves, and reconnects after a network failure.
import { action } from "/_hyper/client.js";

action("watch_lamps", {}, { method: "GET" }).catch(() => {
  // The page shows the failure message, with a button that tries again.
});
