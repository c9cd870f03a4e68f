// The context of a region that is rendered once for everyone: without anything that belongs to one request.
import type { Cookies } from "../cookies.ts";
import type { Deps, Params, RequestMode } from "../context.ts";
import type { MoreLink, Region, RegionRenderContext } from "./region.ts";

/**
 * A context with an `instance` and dependencies of its own. All else throws, also in the factories of dependencies: content that depends
 * on a request would be shown to all users.
 */
export class SharedContext implements RegionRenderContext {
  readonly instance: string | null;
  readonly cursor = null;
  readonly signal: AbortSignal = new AbortController().signal;
  readonly more = (): MoreLink => this.#deny("more");
  readonly #name: string;
  readonly #deps: Deps | null;

  /** @param deps Dependencies that no request shares; `null` for none. */
  constructor({ name }: Pick<Region, "name">, instance: string | null, deps: Deps | null) {
    this.#name = name;
    this.#deps = deps;
    this.instance = instance;
  }

  get deps(): Deps {
    return this.#deps ?? this.#deny("deps");
  }

  get request(): Request {
    return this.#deny("request");
  }

  get url(): URL {
    return this.#deny("url");
  }

  get params(): Params {
    return this.#deny("params");
  }

  get cookies(): Cookies {
    return this.#deny("cookies");
  }

  get mode(): RequestMode {
    return this.#deny("mode");
  }

  #deny(property: string): never {
    throw new TypeError(
      `Cannot read "${property}" in region "${this.#name}": it is shared, so that all users get what is rendered once; pass the ` +
        `id of its data as instance, or remove shared`,
    );
  }
}
