/** The stand-in for `@std/http/etag`. */
import { eTag as eTag_, ifMatch as ifMatch_, ifNoneMatch as ifNoneMatch_ } from "deno-std/http/etag.js";

export interface ETagOptions {
  algorithm?: AlgorithmIdentifier;
  weak?: boolean;
}
export const eTag: (entity: string | Uint8Array, options?: ETagOptions) => Promise<string> = eTag_;
export const ifMatch: (value: string | null, etag: string | undefined) => boolean = ifMatch_;
export const ifNoneMatch: (value: string | null, etag: string | undefined) => boolean = ifNoneMatch_;
