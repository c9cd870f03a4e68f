// The stream opens with the page, closes with it, and reconnects when the network is back.
import { action } from "/_hyper/client.js";

action("watch_lamps", {}, { method: "GET" }).catch(() => {
  // The page already shows a failure message, with a button to try again.
});
