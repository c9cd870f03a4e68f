/** This library. */
import { createHandler } from "@hyper/actions";
import { announce } from "./announce.ts";

// One caller holds all the connections of the load, and would be let open six streams.
const limits = { streamsPerCaller: 64 };
const handler = createHandler({ baseDir: new URL(".", import.meta.url), limits });
await handler.ready;
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, handler);
