/** A guest book: the least there is to an application with `@hyper/actions`. `PORT` chooses the port. */
import { createHandler } from "@hyper/actions";

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000) }, createHandler({ baseDir: import.meta.dirname }));
