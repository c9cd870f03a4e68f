// Reads the fields of the protocol in a body.
import type { Body } from "../http/body.ts";

/** Returns the text of a field, the first if it was sent twice; `null` if it was not sent. */
export function fieldText(body: Body, name: string): string | null {
  if (body.kind !== "fields") return null;
  const value = body.fields.get(name)?.[0];
  return typeof value === "string" ? value : null;
}
