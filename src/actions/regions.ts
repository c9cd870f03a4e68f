// The regions of an application, by name.
import type { Region } from "./region.ts";
import { MAX_INSTANCE, type RegionRef, type RegionScope, type Signatures, writeReference } from "./region_ref.ts";

/** A region, and the export that declares it. */
export interface DiscoveredRegion {
  readonly region: Region;
  readonly file: string;
  /** The name of the export. */
  readonly exportName: string;
}

/** The regions of an application. */
export class Regions {
  readonly #byName: ReadonlyMap<string, DiscoveredRegion>;
  readonly #signatures: Signatures;
  /** `true` if a region is loaded after its page, so that pages depend on whether scripts run. */
  readonly hasLate: boolean;

  /**
   * @param found The exported regions.
   * @param signatures Signs the references of regions without a guard.
   */
  constructor(found: readonly DiscoveredRegion[], signatures: Signatures) {
    this.#byName = new Map(found.map((each) => [each.region.name, each]));
    this.#signatures = signatures;
    this.hasLate = found.some(({ region: { load } }) => load !== null);
  }

  /**
   * Returns the file that exports a region.
   *
   * @throws {TypeError} When no file of the application exports it, so that no request could ask for it.
   */
  fileOf(region: Region): string {
    const found = this.#byName.get(region.name);
    if (found?.region === region) return found.file;
    throw new TypeError(
      `Cannot render region "${region.name}": no file of the application exports it; export it from a page, a layout or a ` +
        `component below pages/`,
    );
  }

  /** Returns the reference to an instance that is rendered for a page and a user. */
  write({ name, guard }: Region, instance: string | null, scope: RegionScope): string {
    if (instance !== null && instance.length > MAX_INSTANCE) {
      throw new RangeError(
        `Cannot render region "${name}": its instance has ${instance.length} characters, ${MAX_INSTANCE} at most; pass an id`,
      );
    }
    return writeReference(name, instance, guard === null ? this.#signatures.sign(name, instance, scope) : "");
  }

  /**
   * Returns the region that a client names; `null` if there is none, or if the server has not rendered this instance for this page and
   * this user. The own guard of a region is asked when it is rendered.
   */
  find(ref: RegionRef, scope: RegionScope): Region | null {
    const region = this.#byName.get(ref.name)?.region ?? null;
    if (region === null || region.guard !== null) return region;
    return this.#signatures.verify(ref, scope) ? region : null;
  }
}
