/** The stand-in for `@std/http/status`. */
import { STATUS_TEXT as STATUS_TEXT_ } from "deno-std/http/status.js";

export const STATUS_TEXT: Readonly<Record<number, string>> = STATUS_TEXT_;
