// The topics that an instance of a region depends on.
import { checkTopic } from "../results/items.ts";
import type { Region, RegionContext } from "./region.ts";
import { SharedContext } from "./shared_context.ts";

/** Maximum number of topics that a region depends on. */
const MAX_TOPICS = 16;

/**
 * Returns the topics that an instance depends on.
 *
 * @throws {TypeError} When `depends` does not return topics.
 */
export async function topicsOf(region: Region, ctx: RegionContext): Promise<readonly string[]> {
  const { name, depends, shared } = region;
  // Those of a shared region are the same for every request.
  const context = shared ? new SharedContext(region, ctx.instance, null) : ctx;
  const topics: unknown = typeof depends === "function" ? await depends(context) : depends;
  const list = Array.isArray(topics) ? topics : [topics];
  if (list.length > MAX_TOPICS) {
    throw new TypeError(
      `Cannot use region "${name}": it depends on ${list.length} topics, ${MAX_TOPICS} at most; use a topic for all of them`,
    );
  }
  list.forEach(checkTopic);
  return list;
}
