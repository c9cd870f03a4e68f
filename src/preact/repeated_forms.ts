// The check of development mode that each form of a page has its own name.
import { FORM_ATTRIBUTE, INSTANCE_FIELD } from "../protocol/names.ts";

const ATTRIBUTES = `(?:[^">]|"[^"]*")*`;
const FORM = new RegExp(`<form(${ATTRIBUTES})>((?:<input type="hidden"${ATTRIBUTES}>)*)`, "g");
const ACTION = new RegExp(` ${FORM_ATTRIBUTE}="([^"]*)"`);
const INSTANCE = new RegExp(` name="${INSTANCE_FIELD}" value="([^"]*)"`);

/**
 * Checks that a page has no two forms of one action with the same instance: their fields would share their IDs, so that a label would
 * lead to the other form, and the errors of one would be shown in the other.
 *
 * @param html The page, as it was rendered.
 * @throws {TypeError} If it has two such forms.
 */
export function checkForms(html: string): void {
  const known = new Set<string>();
  for (const [, attributes = "", fields = ""] of html.matchAll(FORM)) {
    const action = ACTION.exec(attributes)?.[1];
    if (action === undefined) continue;
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
