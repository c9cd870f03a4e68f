/** The stand-in for `@std/http/etag`, typed as `http/etag.ts` of denoland/std has it. */
import { eTag as eTag_, ifMatch as ifMatch_, ifNoneMatch as ifNoneMatch_ } from "deno-std/http/etag.js";

export interface ETagOptions {
  algorithm?: AlgorithmIdentifier;
  weak?: boolean;
}
export interface FileInfo {
  mtime: Date | null;
  size: number;
}

type Bytes = Uint8Array<ArrayBuffer>;

export function eTag(entity: string | Bytes, options?: ETagOptions): Promise<string>;
export function eTag(entity: FileInfo, options?: ETagOptions): Promise<string | undefined>;
export function eTag(entity: string | Bytes | FileInfo, options?: ETagOptions): Promise<string | undefined> {
  return (eTag_ as (entity: unknown, options?: ETagOptions) => Promise<string | undefined>)(entity, options);
}
export const ifMatch: (value: string | null, etag: string | undefined) => boolean = ifMatch_;
export const ifNoneMatch: (value: string | null, etag: string | undefined) => boolean = ifNoneMatch_;
