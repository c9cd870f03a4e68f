/**
 * A word to the developer whose target is not on the page. A file of its own, which is loaded when it is needed and on a
 * local address alone, so that no visitor ever loads it.
 *
 * @module
 */

/**
 * Writes to the console what was looked for, and the three ids of the page that share most pairs of letters with it.
 *
 * @param message What has happened.
 * @param target The selector, or `null`.
 * @param ids The ids of the page.
 */
export function advise(message: string, target: string | null, ids: readonly string[]): void {
  const wanted = `${target}`.replace(/\W/g, "").toLowerCase();
  const near = ids.map((id) => {
    const shared = [...wanted].filter((_, at) => id.toLowerCase().includes(wanted.slice(at, at + 2)));
    return { id, similarity: shared.length / (wanted.length + id.length) };
  });
  const nearest = near.sort((a, b) => b.similarity - a.similarity).slice(0, 3).map(({ id }) => `#${id}`);
  // deno-lint-ignore no-console -- the console is where a developer looks
  console.warn(`${message}. The nearest ids: ${nearest.join(" ")}`);
}
