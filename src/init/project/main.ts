import { createHandler } from "@hyper/actions";

/** The application, for `deno serve` and the tests. */
export default createHandler({ baseDir: import.meta.dirname });
