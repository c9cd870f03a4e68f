/**
 * The stand-in for `@std/http/status`, typed as `http/status.ts` of denoland/std has it: the texts are known for the codes of the
 * list, and for no other number.
 */
import { isStatus as isStatus_, STATUS_TEXT as STATUS_TEXT_ } from "deno-std/http/status.js";

/** An HTTP status code that is registered. */
export type StatusCode =
  | 100
  | 101
  | 102
  | 103
  | 200
  | 201
  | 202
  | 203
  | 204
  | 205
  | 206
  | 207
  | 208
  | 226
  | 300
  | 301
  | 302
  | 303
  | 304
  | 305
  | 307
  | 308
  | 400
  | 401
  | 402
  | 403
  | 404
  | 405
  | 406
  | 407
  | 408
  | 409
  | 410
  | 411
  | 412
  | 413
  | 414
  | 415
  | 416
  | 417
  | 418
  | 421
  | 422
  | 423
  | 424
  | 425
  | 426
  | 428
  | 429
  | 431
  | 451
  | 500
  | 501
  | 502
  | 503
  | 504
  | 505
  | 506
  | 507
  | 508
  | 510
  | 511;

export const STATUS_TEXT: Readonly<Record<StatusCode, string>> = STATUS_TEXT_;

export function isStatus(status: number): status is StatusCode {
  return (isStatus_ as (status: number) => boolean)(status);
}
