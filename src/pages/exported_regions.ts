// The regions that the files of the pages folder export.
import { regionOf } from "../actions/region.ts";
import type { DiscoveredRegion } from "../actions/regions.ts";
import type { LoadedFile } from "./load_files.ts";

/**
 * Returns every exported region once, in the order of the files.
 *
 * @throws {TypeError} When two regions have the same name.
 */
export function exportedRegions(files: readonly LoadedFile[]): readonly DiscoveredRegion[] {
  const found = new Map<string, DiscoveredRegion>();
  for (const { file, exports } of files) {
    for (const [exportName, value] of Object.entries(exports)) {
      const region = regionOf(value);
      if (region === null) continue;
      const rival = found.get(region.name);
      // A region that two modules export is one region, of the first.
      if (rival === undefined) found.set(region.name, Object.freeze({ region, file, exportName }));
      else if (rival.region !== region) throw sameName(rival, file, exportName);
    }
  }
  return Object.freeze([...found.values()]);
}

function sameName({ region: { name }, ...rival }: DiscoveredRegion, file: string, exportName: string): TypeError {
  return new TypeError(
    `Cannot register region "${name}", exported as "${exportName}" from "${file}": "${rival.exportName}" in "${rival.file}" has ` +
      `this name; rename one`,
  );
}
