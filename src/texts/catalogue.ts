/**
 * The catalogue: every text that a user can see, by its key, and the values that the text is made with.
 *
 * Code that decides names a text by key and values, as a plain value; the text itself is made where the language of the
 * request is known. A text for developers is never in here: it is the message of an error, for the log.
 *
 * @module
 */
import type { BrowserTexts } from "../protocol/browser_texts.ts";
import type { TextFormat } from "./format.ts";

/** No values. */
type None = Readonly<Record<never, never>>;

/** A number of things. */
interface Count {
  /** The number. */
  readonly count: number;
}

/** A bound of a number. */
interface NumberBound {
  /** The least or greatest number. */
  readonly bound: number;
}

/** A bound of a date or time. */
interface MomentBound {
  /** The least or greatest date or time, in the format that HTML defines, such as `2030-12-31` or `23:59`. */
  readonly bound: string;
}

/** The values that the texts of forms are made with, by key. */
export interface FormTextValues {
  /** Title of the list of errors of a form. */
  readonly formErrors: None;
  /** Fallback for invalid input whose form is not on the page. */
  readonly checkFields: None;
  /** A required text is empty. */
  readonly enterValue: None;
  /** A required email address is empty. */
  readonly enterEmail: None;
  /** A required URL is empty. */
  readonly enterUrl: None;
  /** A required password is empty. */
  readonly enterPassword: None;
  /** A number is missing, or is not a number. */
  readonly enterNumber: None;
  /** A date is missing, or is not a date. */
  readonly enterDate: None;
  /** A date with a time is missing, or is not one. */
  readonly enterDateTime: None;
  /** A time is missing, or is not a time. */
  readonly enterTime: None;
  /** A required box is not checked. */
  readonly checkBox: None;
  /** The value of a box is not one. */
  readonly checkOrClearBox: None;
  /** A required choice is not made, or is not one of the choices. */
  readonly chooseOption: None;
  /** None of several required choices is made, or one is not among them. */
  readonly chooseOptions: None;
  /** A required file is missing, or is not a file. */
  readonly chooseFile: None;
  /** A text field received something other than one text. */
  readonly enterText: None;
  /** An email address is not one. */
  readonly invalidEmail: None;
  /** A URL is not one, or has another scheme. */
  readonly invalidUrl: {
    /** The beginnings that are accepted, such as `https://`. */
    readonly beginnings: readonly string[];
  };
  /** A text is too short. */
  readonly minlength: Count;
  /** A text is too long. */
  readonly maxlength: Count;
  /** A text does not match the pattern. */
  readonly pattern: None;
  /** A number is too small. */
  readonly minNumber: NumberBound;
  /** A number is too large. */
  readonly maxNumber: NumberBound;
  /** A date or time is too early. */
  readonly minMoment: MomentBound;
  /** A date or time is too late. */
  readonly maxMoment: MomentBound;
  /** A number is not a whole number. */
  readonly wholeNumber: None;
  /** A number is between two steps. */
  readonly stepNumber: {
    /** The step. */
    readonly step: number;
    /** The number that the steps begin at; `0` where there is no minimum. */
    readonly base: number;
  };
  /** A date or time is between two steps. */
  readonly stepMoment: None;
  /** A file is too large. */
  readonly fileBytes: {
    /** The maximum size of a file, in bytes. */
    readonly bytes: number;
  };
  /** There are too many files. */
  readonly fileCount: Count;
  /** A file has a type that is not accepted. */
  readonly fileType: {
    /** The accepted types, as in the attribute `accept`: `image/*`, `application/pdf`, `.csv`. */
    readonly types: readonly string[];
  };
  /** The message about one of several files. */
  readonly fileMessage: {
    /** The name of the file. */
    readonly name: string;
    /** The message. */
    readonly message: UserText;
  };
  /** A formset has too few rows. */
  readonly minRows: Count;
  /** A formset has too many rows. */
  readonly maxRows: Count;
  /** Label of the box that deletes a row of a formset. */
  readonly deleteRow: None;
  /** Label of the number that orders a row of a formset. */
  readonly orderRow: None;
}

/** The values that the texts of failures are made with, by key. */
export interface FailureTextValues {
  /** An error of the server (500 and above). */
  readonly serverError: None;
  /** Nothing is at this URL (404). */
  readonly notFound: None;
  /** The user may not do this (401 and 403). */
  readonly denied: None;
  /** A request of another site (403). */
  readonly crossOrigin: None;
  /** The signature of a webhook does not match (403). */
  readonly invalidSignature: None;
  /** A method that the URL does not accept (405, 501). */
  readonly methodNotAllowed: None;
  /** A request that breaks a rule of the protocol (400, 415). */
  readonly invalidRequest: None;
  /** A form that does not name its page (400). */
  readonly pageUnknown: None;
  /** The same action still runs (409). */
  readonly stillRunning: None;
  /** The action has run before, and its answer was not kept (409). */
  readonly alreadyDone: None;
  /** The process ended while the action ran (409). */
  readonly outcomeUnknown: None;
  /** More was sent than a limit allows (413, 431). */
  readonly tooLong: None;
  /** The body took too long (408). */
  readonly tooSlow: None;
  /** Too many requests (429). */
  readonly tooManyRequests: {
    /** The time after which another request is accepted, in seconds; `null` where it is not known. */
    readonly seconds: number | null;
  };
  /** The server has no capacity for this at the moment (429, 503). */
  readonly busy: None;
  /** The server has no room for a file (507). */
  readonly noRoom: None;
  /** Link of the built-in failure page to `/`. */
  readonly homeLink: None;
}

/** The values that each text is made with, by key. */
export type TextValues = FormTextValues & FailureTextValues & { readonly [Key in keyof BrowserTexts]: None };

/** A key of the catalogue. */
export type TextKey = keyof TextValues;

/** The keys of texts without values. */
type PlainKey = { [Key in TextKey]: keyof TextValues[Key] extends never ? Key : never }[TextKey];

/** All texts in one language: a string, or for a text with values a function that makes it. */
export type Catalogue = {
  readonly [Key in TextKey]: Key extends PlainKey ? string
    : (values: TextValues[Key], format: TextFormat) => string;
};

/** Texts in place of those of the catalogue: each a string, or a function that makes it. */
export type TextOverrides = {
  readonly [Key in TextKey]?: string | ((values: TextValues[Key], format: TextFormat) => string) | undefined;
};

/** A text of the catalogue, named by its key, with its values. */
export type CatalogueText = {
  readonly [Key in TextKey]: { readonly key: Key; readonly values: TextValues[Key] };
}[TextKey];

/** A text for users: one that the application has written, or one of the catalogue. */
export type UserText = string | CatalogueText;

const NO_VALUES: None = Object.freeze({});

/** Names a text of the catalogue. */
export function catalogueText<Key extends PlainKey>(key: Key): UserText;
/** Names a text of the catalogue and gives its values. */
export function catalogueText<Key extends TextKey>(key: Key, values: TextValues[Key]): UserText;
export function catalogueText(key: TextKey, values: object = NO_VALUES): UserText {
  // The overloads tie the values to their key.
  return { key, values } as CatalogueText;
}
