import { createHandler } from "@hyper/actions";

/** What `deno serve` serves, and what the tests visit. */
export default createHandler({ baseDir: import.meta.dirname });
