// The check of development mode that each form of a page has its own name.
import { FORM_ATTRIBUTE, INSTANCE_FIELD, OPTIMISTIC_ATTRIBUTE, UNDO_ATTRIBUTE } from "../protocol/names.ts";

const ATTRIBUTES = `(?:[^">]|"[^"]*")*`;
const FORM = new RegExp(`<form(${ATTRIBUTES})>((?:<input type="hidden"${ATTRIBUTES}>)*)`, "g");
const ACTION = new RegExp(` ${FORM_ATTRIBUTE}="([^"]*)"`);
const INSTANCE = new RegExp(` name="${INSTANCE_FIELD}" value="([^"]*)"`);
const PREDICTION = `<template ${OPTIMISTIC_ATTRIBUTE}`;

/**
 * Checks that a page has no two forms of one action with the same instance: their fields would share their IDs, so that a label would
 * lead to the other form, and the errors of one would be shown in the other.
 *
 * @param html The page, as it was rendered.
 * @throws {TypeError} If it has two such forms.
 */
export function checkForms(html: string): void {
  const known = new Set<string>();
  for (const [, attributes = "", fields = ""] of withoutPredictions(html).matchAll(FORM)) {
    const action = ACTION.exec(attributes)?.[1];
    if (action === undefined || attributes.includes(` ${UNDO_ATTRIBUTE}`)) continue;
    const instance = INSTANCE.exec(fields)?.[1];
    const key = JSON.stringify([action, instance]);
    if (known.has(key)) {
      const which = instance === undefined ? "without an instance" : `with instance "${instance}"`;
      throw new TypeError(
        `Cannot render two forms of action "${action}" ${which} on one page: their fields have the same ids; ` +
          `pass each <Form> its own instance, such as the id of its row`,
      );
    }
    known.add(key);
  }
}

/** Removes the templates of predictions: their forms are those that are on the page, in another state. */
function withoutPredictions(html: string): string {
  const parts = html.split(PREDICTION);
  return parts[0] + parts.slice(1).map((part) => part.slice(endOfTemplate(part))).join("");
}

/** Returns the end of a template whose start tag has been read. It may contain others. */
function endOfTemplate(html: string): number {
  let depth = 1;
  for (const { 0: tag, index } of html.matchAll(/<(\/?)template/g)) {
    depth += tag === "<template" ? 1 : -1;
    if (depth === 0) return index;
  }
  return html.length;
}
