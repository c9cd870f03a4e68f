/** This library. */
import { createHandler } from "@hyper/actions";
import { announce } from "./announce.ts";

// All connections of the load come from one address, which may open only six streams by default.
const limits = { streamsPerCaller: 64 };
const handler = createHandler({ baseDir: new URL(".", import.meta.url), limits });
await handler.ready;
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, handler);
