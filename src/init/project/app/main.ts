import { createHandler } from "@hyper/actions";
import { store } from "./database.ts";
import { members, session } from "./session.ts";

/** The application. The tests use it without a port. */
export const handler = createHandler({
  baseDir: import.meta.dirname,
  store,
  principal: session.principal,
  // For every action without `skipHandlerGuard`.
  guard: members,
  // Set TRUST_PROXY=1 only behind a proxy that sets X-Forwarded-*.
  crossOrigin: { trustProxy: Deno.env.get("TRUST_PROXY") === "1" },
});

if (import.meta.main) {
  const flag = Deno.args.indexOf("--port");
  const port = flag < 0 ? Deno.env.get("PORT") ?? "8000" : Deno.args[flag + 1];
  const isDevelopment = Deno.env.get("HYPER_DEV") === "1";
  // In development, other machines cannot reach it.
  const hostname = isDevelopment ? "127.0.0.1" : "0.0.0.0";
  const server = Deno.serve({ port: Number(port), hostname }, handler);
  if (!isDevelopment) {
    Deno.addSignalListener("SIGTERM", async () => {
      // Streams end first; their pages reconnect to the next process.
      await handler.close();
      await server.shutdown();
      Deno.exit();
    });
  }
}
