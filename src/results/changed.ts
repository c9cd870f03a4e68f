// `changed()`: names the topics whose data an action has changed.
import { type ChangedItem, stamp } from "./item.ts";
import { checkTopic } from "./items.ts";

/** Options for {@linkcode changed}. */
export interface ChangedOptions {
  /**
   * Seconds after which the regions of every tab are rendered once more, above 0 and at most 3600. For data that is read from a replica,
   * which may not have the change yet. Default: they are rendered once.
   */
  readonly again?: number | undefined;
}

/** The arguments of {@linkcode changed}: topics, and options as the last one. */
export type ChangedTopics = readonly string[] | readonly [...string[], ChangedOptions];

/** Maximum number of topics of one {@linkcode changed}. */
const MAX_TOPICS = 100;
/** Maximum number of seconds of `again`. */
const MAX_AGAIN = 3600;

/**
 * Names topics whose data has changed. Every region that depends on one of them is rendered again: those of the page that made the call
 * in its response, those of other tabs, browsers and instances when the action has ended. If the action throws, nothing is
 * published. A repeat of a mutation renders the regions as they are then, and publishes nothing.
 *
 * Without scripts the browser loads the page, which shows the change.
 *
 * @param topics The topics, and options as the last argument. Up to 100 topics, each with 1 to 256 characters that do not start with
 *   `hyper:`. They are never sent to a client.
 * @returns The item.
 * @throws {TypeError} If a topic is invalid, or if there is none.
 * @throws {RangeError} If there are too many topics, or if `again` is out of range.
 *
 * @example
 * ```ts
 * import { action, changed, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const close = action("close_ticket", ({ data }) => [changed(`ticket:${data.id}`, "tickets"), toast("Closed")]);
 * assertEquals(close.method, "POST");
 * assertEquals(changed("ticket:7", { again: 2 }).again, 2);
 * ```
 */
export function changed(...topics: ChangedTopics): ChangedItem {
  const last = topics.at(-1);
  const { again = null } = typeof last === "object" ? last : {};
  const names = topics.flatMap((topic) => typeof topic === "object" ? [] : [topic]);
  if (names.length === 0) throw new TypeError("Cannot make a changed item: it has no topic; name what has changed");
  if (names.length > MAX_TOPICS) {
    throw new RangeError(
      `Cannot make a changed item: ${names.length} topics, ${MAX_TOPICS} at most; use a topic for all of them`,
    );
  }
  if (again !== null && !(again > 0 && again <= MAX_AGAIN)) {
    throw new RangeError(`Cannot make a changed item: again is ${again}; use seconds above 0, ${MAX_AGAIN} at most`);
  }
  names.forEach(checkTopic);
  return stamp({ kind: "changed", topics: names, again });
}
