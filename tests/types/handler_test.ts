/** Servers whose types accept a handler, and the further arguments that they pass. */
import { assertEquals } from "@std/assert";
import { createHandler, type Handler } from "../../mod.ts";

/** The handler of Bun.serve(). */
type BunFetch = (this: object, request: Request, server: { requestIP(request: Request): unknown }) => Promise<Response>;
/** A module worker. */
type WorkerFetch = (
  request: Request,
  env: Record<string, string>,
  ctx: { waitUntil(promise: Promise<unknown>): void },
) =>
  | Response
  | Promise<Response>;
/** A Node server that passes only a `Request`. */
type NodeFetch = (request: Request) => Promise<Response>;

// Compiled, never run.
export const fits = (handler: Handler) => {
  const deno: Deno.ServeDefaultExport = handler;
  const typed = handler satisfies Deno.ServeDefaultExport;
  const bun: BunFetch = handler.fetch;
  const worker: WorkerFetch = handler.fetch;
  const node: NodeFetch = handler;
  Deno.serve(handler);
  Deno.serve({ port: 0 }, handler);
  Deno.serve({ path: "/tmp/a.sock" }, handler);
  Deno.serve({ transport: "vsock", cid: 1, port: 1 }, handler);
  return [deno, typed, bun, worker, node];
};

Deno.test("a handler responds whatever arguments a server passes after the request", async () => {
  const handler = createHandler({
    baseDir: null,
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => "hi" }) }],
  });
  const refused = Promise.reject(new Error("gone"));
  refused.catch(() => {});
  for (
    const info of [
      undefined,
      null,
      "text",
      7,
      {},
      { remoteAddr: null, completed: 1 },
      { remoteAddr: { transport: "unix", path: "/tmp/a.sock" }, completed: Promise.resolve() },
      { remoteAddr: { hostname: 7 }, completed: refused },
      { requestIP: () => null },
    ]
  ) {
    const response = await handler(new Request("http://site.test/"), info);
    assertEquals([response.status, (await response.text()).includes("hi")], [200, true]);
  }
  await handler.close();
});
