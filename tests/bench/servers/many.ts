/** This library with a given number of pages and actions, and the time until it was ready. */
import { action, createHandler, type PageEntry } from "@hyper/actions";
import { announce } from "./announce.ts";

const count = Number(Deno.args[0]);
const pages: PageEntry[] = Array.from({ length: count }, (_, index) => ({
  path: `/section-${index % 40}/page-${index}/[id]`,
  load: () =>
    Promise.resolve({
      default: () => `Page ${index}`,
      act: action(`act_${index}`, ({ data }) => ({ got: data.id })),
    }),
}));
const handler = createHandler({ baseDir: null, pages });
await handler.ready;
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: announce }, handler);
