/** The stand-in for `@std/http/negotiation`, typed as `http/negotiation.ts` of denoland/std has it. */
import { accepts as accepts_ } from "deno-std/http/negotiation.js";

type RequestWithHeaders = Pick<Request, "headers">;

export function accepts(request: RequestWithHeaders): string[];
export function accepts(request: RequestWithHeaders, ...types: string[]): string | undefined;
export function accepts(request: RequestWithHeaders, ...types: string[]): string | string[] | undefined {
  return (accepts_ as (request: RequestWithHeaders, ...types: string[]) => string | string[] | undefined)(
    request,
    ...types,
  );
}
