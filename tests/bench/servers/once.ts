/** Each mutation once, as a handwritten server may do it: by an id of the form and a hash of its input, in a bounded map. */
import { createHash } from "node:crypto";

/** Most outcomes that are stored. */
const MAX_OUTCOMES = 10_000;

interface Stored {
  readonly digest: string;
  readonly outcome: Promise<string>;
}

const outcomes = new Map<string, Stored>();

/**
 * Runs a mutation, or returns the outcome of its first run.
 *
 * @param id The id that the page gave its form.
 * @returns The outcome; `null` if the id was used for another input.
 */
export async function once(
  id: string,
  input: readonly (readonly [string, string])[],
  run: () => Promise<string>,
): Promise<string | null> {
  const digest = createHash("sha256").update(JSON.stringify(input)).digest("hex");
  const known = outcomes.get(id);
  if (known !== undefined) return known.digest === digest ? await known.outcome : null;
  const outcome = run();
  outcomes.set(id, { digest, outcome });
  const [oldest] = outcomes.keys();
  if (outcomes.size > MAX_OUTCOMES && oldest !== undefined) outcomes.delete(oldest);
  return await outcome;
}
