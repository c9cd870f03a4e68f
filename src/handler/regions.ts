/**
 * The regions of a handler, with the keys that sign their references.
 *
 * @module
 */
import { Signatures } from "../actions/region_ref.ts";
import { type DiscoveredRegion, Regions } from "../actions/regions.ts";
import type { Manifest } from "../pages/manifest.ts";
import { warn } from "../callback.ts";
import type { HandlerOptions } from "./options.ts";

/** The shortest key, in characters. */
const MIN_KEY = 32;

/**
 * Creates the regions of a handler.
 *
 * @param dev If `true`, the handler is in development mode: a key that was made up causes no warning.
 * @throws {TypeError} When a key is too short, or is missing where several instances need it.
 */
export function createRegions({ regions }: Manifest, options: HandlerOptions, dev: boolean): Regions {
  const unguarded = regions.find(({ region }) => region.guard === null) ?? null;
  return new Regions(regions, new Signatures(readKeys(options, unguarded, dev)));
}

function readKeys(
  { keys = [], bus }: HandlerOptions,
  unguarded: DiscoveredRegion | null,
  dev: boolean,
): readonly [string, ...string[]] {
  for (const key of keys) {
    if (key.length >= MIN_KEY) continue;
    throw new TypeError(
      `Cannot create a handler: a key has ${key.length} characters; use ${MIN_KEY} random ones or more`,
    );
  }
  const [current, ...older] = keys;
  if (current !== undefined) return [current, ...older];
  if (unguarded !== null) reportMissingKeys(unguarded, bus !== undefined, dev);
  return [crypto.randomUUID() + crypto.randomUUID()];
}

function reportMissingKeys({ region: { name }, file }: DiscoveredRegion, isShared: boolean, dev: boolean): void {
  const remedy = "set the option keys, or give each region a guard";
  if (isShared) {
    throw new TypeError(
      `Cannot use region "${name}" of "${file}" with several instances: each would sign with a key of its own; ${remedy}`,
    );
  }
  if (!dev) warn(`Region "${name}" of "${file}" is signed with a key that changes with each start; ${remedy}`);
}
