// The stream opens with the page, closes when it is left, and comes back by itself when the network does.
import { action } from "/_hyper/client.js";

action("watch_lamps", {}, { method: "GET" }).catch(() => {
  // The failure message of the page says it, with a way to try again.
});
