/**
 * Advice for developers whose target is not on the page. In a file of its own, loaded on a local address only, so that
 * users never load it.
 *
 * @module
 */

/** Logs the message with the three ids that have most pairs of letters in common with the target. */
export function advise(message: string, target: string | null, ids: readonly string[]): void {
  const wanted = `${target}`.replace(/\W/g, "").toLowerCase();
  const near = ids.map((id) => {
    const shared = [...wanted].filter((_, at) => id.toLowerCase().includes(wanted.slice(at, at + 2)));
    return { id, similarity: shared.length / (wanted.length + id.length) };
  });
  const nearest = near.sort((a, b) => b.similarity - a.similarity).slice(0, 3).map(({ id }) => `#${id}`);
  // deno-lint-ignore no-console -- the console is where developers look
  console.warn(`${message}. The nearest ids: ${nearest.join(" ")}`);
}
