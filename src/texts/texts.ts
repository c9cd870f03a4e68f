// The texts of one request: the catalogue in its language, with the texts that the application has put in their place.
import type { Catalogue, CatalogueText, TextOverrides, UserText } from "./catalogue.ts";
import { createTextFormat, type TextFormat } from "./format.ts";
import { GERMAN } from "./languages/de.ts";
import { ENGLISH } from "./languages/en.ts";
import { SPANISH } from "./languages/es.ts";
import { FRENCH } from "./languages/fr.ts";
import { atOnce } from "../callback.ts";

/**
 * Options for the texts that users see: the language, and texts in place of those of the catalogue, by their keys.
 *
 * A message is a string, or a function of its values and of the formats of the language.
 *
 * @example German, with one text of our own
 * ```ts
 * import { createHandler } from "@hyper/actions";
 *
 * const handler = createHandler({
 *   pages: [],
 *   messages: { lang: "de", notFound: "Diese Seite gibt es nicht", minlength: ({ count }) => `Mindestens ${count} Zeichen` },
 * });
 * await handler.close();
 * ```
 */
export interface MessageOptions extends TextOverrides {
  /**
   * Language tag of the texts (BCP 47). The catalogue has English (`en`), German (`de`), French (`fr`) and Spanish (`es`); in any
   * other language the texts that you do not give are English. Numbers, sizes and dates are formatted for the whole tag. Also the
   * `lang` of pages that the library writes the document of. Default: `"en"`.
   */
  readonly lang?: string | undefined;
}

/** The texts of one request. */
export interface Texts {
  /** Language tag (BCP 47). */
  readonly lang: string;
  /** Makes a message. */
  write(text: UserText): string;
  /** Returns the texts of the browser runtime that the application has replaced, by key. */
  readonly replaced: Readonly<Record<string, string>>;
}

const CATALOGUES: Readonly<Record<string, Catalogue>> = { en: ENGLISH, de: GERMAN, fr: FRENCH, es: SPANISH };

/** The keys of texts that the browser runtime shows. */
const BROWSER_KEYS = [
  "requestFailed",
  "networkError",
  "tryAgain",
  "dismiss",
  "incomplete",
  "reload",
  "signIn",
  "confirmLeave",
  "confirm",
  "cancel",
  "changedMeanwhile",
  "closeLayer",
  "loadingLayer",
] as const;

/** A message of any key. */
type AnyText = string | ((values: never, format: TextFormat) => string);

/**
 * Creates the texts of a language.
 *
 * @param options The language, and texts in place of those of the catalogue.
 * @param onError Called with what a function of the application throws; the text of the catalogue is then used.
 * @throws {TypeError} When a key is not one of the catalogue, or a message is neither a string nor a function.
 * @throws {RangeError} When `lang` is not a language tag.
 */
export function createTexts(options: MessageOptions = {}, onError: (error: unknown) => void = () => {}): Texts {
  const { lang = "en", ...overrides } = options;
  checkOverrides(overrides);
  const format = createTextFormat(Intl.getCanonicalLocales(lang)[0] ?? "en");
  const catalogue = CATALOGUES[format.lang.split("-")[0] ?? ""] ?? ENGLISH;
  const write = (text: UserText): string => {
    if (typeof text === "string") return text;
    const values = withNested(text, write);
    const own = overrides[text.key];
    try {
      if (own !== undefined) return writeText(own, values, format);
    } catch (error) {
      onError(error);
    }
    return writeText(catalogue[text.key], values, format);
  };
  const replaced = BROWSER_KEYS.filter((key) => overrides[key] !== undefined).map((key) =>
    [key, write({ key, values: {} })] as const
  );
  return { lang: format.lang, write, replaced: Object.fromEntries(replaced) };
}

/** The texts of a handler that sets none: English. */
export const ENGLISH_TEXTS: Texts = createTexts();

/** Returns the values of a message. A message inside of it, such as the message about one of several files, is made first. */
function withNested(text: CatalogueText, write: (text: UserText) => string): object {
  return text.key === "fileMessage" ? { ...text.values, message: write(text.values.message) } : text.values;
}

/** @throws {TypeError} When a function returns something other than a string. */
function writeText(text: AnyText, values: object, format: TextFormat): string {
  if (typeof text === "string") return text;
  // A key and its values come from `catalogueText()`, whose type ties them together.
  const written: unknown = atOnce(text(values as never, format), "a message for users");
  if (typeof written === "string") return written;
  throw new TypeError(`Cannot write a message for users: its function returned ${typeof written}; return a string`);
}

function checkOverrides(overrides: TextOverrides): void {
  for (const [key, text] of Object.entries(overrides)) {
    if (!Object.hasOwn(ENGLISH, key)) {
      throw new TypeError(
        `Cannot replace text "${key}": it is not a key of the catalogue; use one of ${
          Object.keys(ENGLISH).sort().join(", ")
        }`,
      );
    }
    if (text !== undefined && typeof text !== "string" && typeof text !== "function") {
      throw new TypeError(`Cannot replace text "${key}": it is ${typeof text}; give a string or a function`);
    }
  }
}
