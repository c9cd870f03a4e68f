/** A guest book: the smallest application with `@hyper/actions`. `PORT` sets the port. */
import { createHandler } from "@hyper/actions";

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000) }, createHandler({ baseDir: import.meta.dirname }));
