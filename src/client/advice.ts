/**
 * A word to the developer whose target is not on the page. Loaded when it is needed, and only on a local address.
 *
 * @module
 */

/**
 * Writes to the console what was looked for, and the ids of the page that look most like it.
 *
 * @param message What has happened.
 * @param target The selector, or `null`.
 */
export function advise(message: string, target: string | null): void {
  const wanted = (target ?? "").replace(/\W+/g, "").toLowerCase();
  const near = [...document.querySelectorAll("[id]")]
    .map(({ id }) => ({ id, likeness: likeness(wanted, id.toLowerCase()) }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ id }) => `#${id}`);
  // deno-lint-ignore no-console -- the console is where a developer looks
  console.warn(near.length ? `${message}. The nearest ids are ${near.join(", ")}` : message);
}

/** How many pairs of neighbouring letters two words share, from 0 to 1 (Dice). */
function likeness(a: string, b: string): number {
  const pairs = (word: string) => Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2));
  if (a.length < 2 || b.length < 2) return 0;
  const rest = pairs(b);
  const shared = pairs(a).filter((pair) => rest.includes(pair) && rest.splice(rest.indexOf(pair), 1)).length;
  return 2 * shared / (a.length + b.length - 2);
}
