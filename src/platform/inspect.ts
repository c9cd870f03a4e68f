// Values as text for a developer.
import { inspect as inspectValue } from "node:util";

/** Returns any value as `console.log()` writes it. */
export function inspect(value: unknown): string {
  return inspectValue(value);
}
