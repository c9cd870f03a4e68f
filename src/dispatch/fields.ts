/**
 * The fields of the protocol in a body that was read.
 *
 * @module
 */
import type { Body } from "../http/body.ts";

/** Returns the one text of a field; `null` where it was not sent. Sent twice, the first counts, for every reader the same. */
export function fieldText(body: Body, name: string): string | null {
  if (body.kind !== "fields") return null;
  const value = body.fields.get(name)?.[0];
  return typeof value === "string" ? value : null;
}

/** Returns all texts of a field. */
export function fieldTexts(body: Body, name: string): readonly string[] {
  if (body.kind !== "fields") return [];
  return (body.fields.get(name) ?? []).filter((value) => typeof value === "string");
}
