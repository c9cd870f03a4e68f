// Asks the guard of a region.
import { HyperError, isA } from "../errors.ts";
import type { Region, RegionContext } from "./region.ts";

/** Asks the guard of a region. A refusal that it throws is a refusal; an error is an error. */
export async function isAdmitted({ guard, name }: Region, ctx: RegionContext): Promise<boolean> {
  if (guard == null) return true;
  try {
    const verdict: unknown = await guard(ctx);
    if (verdict === undefined || verdict === true) return true;
    if (verdict === false || verdict instanceof Response) return false;
    throw new TypeError(
      `Cannot ask the guard of region "${name}": it returned ${typeof verdict}; return true, false, a Response or nothing`,
    );
  } catch (error) {
    if (isA(error, HyperError) && error.status < 500) return false;
    throw error;
  }
}
