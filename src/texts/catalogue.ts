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

/** The values that the texts of forms are made with, by key. */
export interface FormTextValues {
  /** Title of the list of errors of a form. */
  readonly formErrors: Readonly<Record<never, never>>;
  /** Fallback for invalid input whose form is not on the page. */
  readonly checkFields: Readonly<Record<never, never>>;
  /** A required text is empty. */
  readonly enterValue: Readonly<Record<never, never>>;
  /** A required email address is empty. */
  readonly enterEmail: Readonly<Record<never, never>>;
  /** A required URL is empty. */
  readonly enterUrl: Readonly<Record<never, never>>;
  /** A required password is empty. */
  readonly enterPassword: Readonly<Record<never, never>>;
  /** A number is missing, or is not a number. */
  readonly enterNumber: Readonly<Record<never, never>>;
  /** A date is missing, or is not a date. */
  readonly enterDate: Readonly<Record<never, never>>;
  /** A date with a time is missing, or is not one. */
  readonly enterDateTime: Readonly<Record<never, never>>;
  /** A time is missing, or is not a time. */
  readonly enterTime: Readonly<Record<never, never>>;
  /** A required box is not checked. */
  readonly checkBox: Readonly<Record<never, never>>;
  /** The value of a box is not one. */
  readonly checkOrClearBox: Readonly<Record<never, never>>;
  /** A required choice is not made, or is not one of the choices. */
  readonly chooseOption: Readonly<Record<never, never>>;
  /** None of several required choices is made, or one is not among them. */
  readonly chooseOptions: Readonly<Record<never, never>>;
  /** A required file is missing, or is not a file. */
  readonly chooseFile: Readonly<Record<never, never>>;
  /** A text field received something other than one text. */
  readonly enterText: Readonly<Record<never, never>>;
  /** An email address is not one. */
  readonly invalidEmail: Readonly<Record<never, never>>;
  /** A URL is not one, or has another scheme. */
  readonly invalidUrl: {
    /** The beginnings that are accepted, such as `https://`. */
    readonly beginnings: readonly string[];
  };
  /** A text is too short. */
  readonly minlength: {
    /** The number. */
    readonly count: number;
  };
  /** A text is too long. */
  readonly maxlength: {
    /** The number. */
    readonly count: number;
  };
  /** A text does not match the pattern. */
  readonly pattern: Readonly<Record<never, never>>;
  /** A number is too small. */
  readonly minNumber: {
    /** The least or greatest number. */
    readonly bound: number;
  };
  /** A number is too large. */
  readonly maxNumber: {
    /** The least or greatest number. */
    readonly bound: number;
  };
  /** A date or time is too early. */
  readonly minMoment: {
    /** The least or greatest date or time, in the format that HTML defines, such as `2030-12-31` or `23:59`. */
    readonly bound: string;
  };
  /** A date or time is too late. */
  readonly maxMoment: {
    /** The least or greatest date or time, in the format that HTML defines, such as `2030-12-31` or `23:59`. */
    readonly bound: string;
  };
  /** A number is not a whole number. */
  readonly wholeNumber: Readonly<Record<never, never>>;
  /** A number is between two steps. */
  readonly stepNumber: {
    /** The step. */
    readonly step: number;
    /** The number that the steps begin at; `0` where there is no minimum. */
    readonly base: number;
  };
  /** A date or time is between two steps. */
  readonly stepMoment: Readonly<Record<never, never>>;
  /** A file is too large. */
  readonly fileBytes: {
    /** The maximum size of a file, in bytes. */
    readonly bytes: number;
  };
  /** There are too many files. */
  readonly fileCount: {
    /** The number. */
    readonly count: number;
  };
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
  readonly minRows: {
    /** The number. */
    readonly count: number;
  };
  /** A formset has too many rows. */
  readonly maxRows: {
    /** The number. */
    readonly count: number;
  };
  /** Label of the box that deletes a row of a formset. */
  readonly deleteRow: Readonly<Record<never, never>>;
  /** Label of the number that orders a row of a formset. */
  readonly orderRow: Readonly<Record<never, never>>;
}

/** The values that the texts of failures are made with, by key. */
export interface FailureTextValues {
  /** An error of the server (500 and above). */
  readonly serverError: Readonly<Record<never, never>>;
  /** Nothing is at this URL (404). */
  readonly notFound: Readonly<Record<never, never>>;
  /** The user may not do this (401 and 403). */
  readonly denied: Readonly<Record<never, never>>;
  /** A request of another site (403). */
  readonly crossOrigin: Readonly<Record<never, never>>;
  /** The signature of a webhook does not match (403). */
  readonly invalidSignature: Readonly<Record<never, never>>;
  /** A method that the URL does not accept (405, 501). */
  readonly methodNotAllowed: Readonly<Record<never, never>>;
  /** A request that breaks a rule of the protocol (400, 415). */
  readonly invalidRequest: Readonly<Record<never, never>>;
  /** A form that does not name its page (400). */
  readonly pageUnknown: Readonly<Record<never, never>>;
  /** The same action still runs (409). */
  readonly stillRunning: Readonly<Record<never, never>>;
  /** The action has run before, and its answer was not kept (409). */
  readonly alreadyDone: Readonly<Record<never, never>>;
  /** The process ended while the action ran (409). */
  readonly outcomeUnknown: Readonly<Record<never, never>>;
  /** More was sent than a limit allows (413, 431). */
  readonly tooLong: Readonly<Record<never, never>>;
  /** The body took too long (408). */
  readonly tooSlow: Readonly<Record<never, never>>;
  /** Too many requests (429). */
  readonly tooManyRequests: {
    /** The time after which another request is accepted, in seconds; `null` where it is not known. */
    readonly seconds: number | null;
  };
  /** The server has no capacity for this at the moment (429, 503). */
  readonly busy: Readonly<Record<never, never>>;
  /** The server has no room for a file (507). */
  readonly noRoom: Readonly<Record<never, never>>;
  /** Link of the built-in failure page to `/`. */
  readonly homeLink: Readonly<Record<never, never>>;
}

/** The values that each text is made with, by key. */
export type TextValues =
  & FormTextValues
  & FailureTextValues
  & { readonly [Key in keyof BrowserTexts]: Readonly<Record<never, never>> };

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

const NO_VALUES: Readonly<Record<never, never>> = Object.freeze({});

/** Names a text of the catalogue. */
export function catalogueText<Key extends PlainKey>(key: Key): UserText;
/** Names a text of the catalogue and gives its values. */
export function catalogueText<Key extends TextKey>(key: Key, values: TextValues[Key]): UserText;
export function catalogueText(key: TextKey, values: object = NO_VALUES): UserText {
  // The overloads tie the values to their key.
  return { key, values } as CatalogueText;
}
