// The catalogue: every text that a user can see, by its key, and the values that the text is made with.
//
// Code that decides names a message by key and values, as a plain value; the text itself is made where the language of the
// request is known. A message for developers is never in here: it is the message of an error, for the log.
import type { BrowserTexts } from "../protocol/browser_texts.ts";
import type { TextFormat } from "./format.ts";

/** Values of a message that has none. */
export type NoTextValues = Readonly<Record<never, never>>;

/** Values of a message about a number of things. */
export interface CountTextValues {
  /** The number. */
  readonly count: number;
}

/** Values of a message about a bound of a number. */
export interface NumberBoundTextValues {
  /** The least or greatest number. */
  readonly bound: number;
}

/** Values of a message about a bound of a date or time. */
export interface MomentBoundTextValues {
  /** The least or greatest date or time, in the format that HTML defines, such as `2030-12-31` or `23:59`. */
  readonly bound: string;
}

/** The values that the texts of forms are made with, by key. */
export interface FormTextValues {
  /** Title of the list of errors of a form. */
  readonly formErrors: NoTextValues;
  /** Fallback for invalid input whose form is not on the page. */
  readonly checkFields: NoTextValues;
  /** A required text is empty. */
  readonly enterValue: NoTextValues;
  /** A required email address is empty. */
  readonly enterEmail: NoTextValues;
  /** A required URL is empty. */
  readonly enterUrl: NoTextValues;
  /** A required password is empty. */
  readonly enterPassword: NoTextValues;
  /** A number is missing, or is not a number. */
  readonly enterNumber: NoTextValues;
  /** A date is missing, or is not a date. */
  readonly enterDate: NoTextValues;
  /** A date with a time is missing, or is not one. */
  readonly enterDateTime: NoTextValues;
  /** A time is missing, or is not a time. */
  readonly enterTime: NoTextValues;
  /** A required box is not checked. */
  readonly checkBox: NoTextValues;
  /** The value of a box is not one. */
  readonly checkOrClearBox: NoTextValues;
  /** A required choice is not made, or is not one of the choices. */
  readonly chooseOption: NoTextValues;
  /** None of several required choices is made, or one is not among them. */
  readonly chooseOptions: NoTextValues;
  /** A required file is missing, or is not a file. */
  readonly chooseFile: NoTextValues;
  /** A message field received something other than one text. */
  readonly enterText: NoTextValues;
  /** An email address is not one. */
  readonly invalidEmail: NoTextValues;
  /** A URL is not one, or has another scheme. */
  readonly invalidUrl: {
    /** The beginnings that are accepted, such as `https://`. */
    readonly beginnings: readonly string[];
  };
  /** A message is too short. */
  readonly minlength: CountTextValues;
  /** A message is too long. */
  readonly maxlength: CountTextValues;
  /** A message does not match the pattern. */
  readonly pattern: NoTextValues;
  /** A number is too small. */
  readonly minNumber: NumberBoundTextValues;
  /** A number is too large. */
  readonly maxNumber: NumberBoundTextValues;
  /** A date or time is too early. */
  readonly minMoment: MomentBoundTextValues;
  /** A date or time is too late. */
  readonly maxMoment: MomentBoundTextValues;
  /** A time is outside of a range that goes past midnight. */
  readonly timeRange: {
    /** The earliest time, such as `21:00`. */
    readonly from: string;
    /** The latest time, on the next day, such as `06:00`. */
    readonly to: string;
  };
  /** A number has more digits than can be kept. */
  readonly numberDigits: NoTextValues;
  /** A number is not a whole number. */
  readonly wholeNumber: NoTextValues;
  /** A number is between two steps. */
  readonly stepNumber: {
    /** The step. */
    readonly step: number;
    /** The number that the steps begin at; `0` where there is no minimum and no initial value. */
    readonly base: number;
  };
  /** A date or time is between two steps. */
  readonly stepMoment: NoTextValues;
  /** A file is too large. */
  readonly fileBytes: {
    /** The maximum size of a file, in bytes. */
    readonly bytes: number;
  };
  /** There are too many files. */
  readonly fileCount: CountTextValues;
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
  readonly minRows: CountTextValues;
  /** A formset has too many rows. */
  readonly maxRows: CountTextValues;
  /** Word for a field that needs a value, for style sheets. */
  readonly requiredField: NoTextValues;
  /** Word for a field that may be left empty, for style sheets. */
  readonly optionalField: NoTextValues;
  /** Label of the box that deletes a row of a formset. */
  readonly deleteRow: NoTextValues;
  /** Label of the number that orders a row of a formset. */
  readonly orderRow: NoTextValues;
  /** Content of a submit button that has none. */
  readonly submit: NoTextValues;
  /** Button that adds a row to a formset. */
  readonly addRow: NoTextValues;
  /** Button that shows a form again whose fields depend on what is typed; only without scripts. */
  readonly redrawForm: NoTextValues;
  /** Button that removes a row of a formset; `#` is the number of the row. */
  readonly removeRow: NoTextValues;
  /** Button that moves a row of a formset up; `#` is the number of the row. */
  readonly moveRowUp: NoTextValues;
  /** Button that moves a row of a formset down; `#` is the number of the row. */
  readonly moveRowDown: NoTextValues;
  /** Button that takes back what an action has done, in its toast. */
  readonly undo: NoTextValues;
}

/** The values that the texts of failures are made with, by key. */
export interface FailureTextValues {
  /** An error of the server (500 and above). */
  readonly serverError: NoTextValues;
  /** Nothing is at this URL (404). */
  readonly notFound: NoTextValues;
  /** The user may not do this (401 and 403). */
  readonly denied: NoTextValues;
  /** The user has to sign in (401). */
  readonly signInFirst: NoTextValues;
  /** A form that was rendered for another user than the one who is signed in now (409, 422). */
  readonly otherUser: NoTextValues;
  /** A request of another site (403). */
  readonly crossOrigin: NoTextValues;
  /** The signature of a webhook does not match (403). */
  readonly invalidSignature: NoTextValues;
  /** A method that the URL does not accept (405, 501). */
  readonly methodNotAllowed: NoTextValues;
  /** A request that breaks a rule of the protocol (400, 415). */
  readonly invalidRequest: NoTextValues;
  /** A form that does not name its page (400). */
  readonly pageUnknown: NoTextValues;
  /** The same action still runs (409). */
  readonly stillRunning: NoTextValues;
  /** The action has run before, and its answer was not kept (409). */
  readonly alreadyDone: NoTextValues;
  /** The process ended while the action ran (409). */
  readonly outcomeUnknown: NoTextValues;
  /** More was sent than a limit allows (413, 431). */
  readonly tooLong: NoTextValues;
  /** The body took too long (408). */
  readonly tooSlow: NoTextValues;
  /** Too many requests (429). */
  readonly tooManyRequests: {
    /** The time after which another request is accepted, in seconds; `null` where it is not known. */
    readonly seconds: number | null;
  };
  /** The server has no capacity for this at the moment (429, 503). */
  readonly busy: NoTextValues;
  /** The server has no room for a file (507). */
  readonly noRoom: NoTextValues;
  /** Link of the built-in failure page to `/`. */
  readonly homeLink: NoTextValues;
}

/** The values that each text is made with, by key. */
export type TextValues = FormTextValues & FailureTextValues & { readonly [Key in keyof BrowserTexts]: NoTextValues };

/** A key of the catalogue. */
export type TextKey = keyof TextValues;

/** The keys of texts without values. */
type PlainKey = { [Key in TextKey]: keyof TextValues[Key] extends never ? Key : never }[TextKey];

/** All texts in one language: a string, or for a message with values a function that makes it. */
export type Catalogue = {
  readonly [Key in TextKey]: Key extends PlainKey ? string
    : (values: TextValues[Key], format: TextFormat) => string;
};

/** Texts in place of those of the catalogue: each a string, or a function that makes it. */
export type TextOverrides = {
  readonly [Key in TextKey]?: string | ((values: TextValues[Key], format: TextFormat) => string) | undefined;
};

/** A message of the catalogue, named by its key, with its values. */
export type CatalogueText = {
  readonly [Key in TextKey]: { readonly key: Key; readonly values: TextValues[Key] };
}[TextKey];

/** A message for users: one that the application has written, or one of the catalogue. */
export type UserText = string | CatalogueText;

const NO_VALUES: NoTextValues = Object.freeze({});

/** Names a message of the catalogue. */
export function catalogueText<Key extends PlainKey>(key: Key): UserText;
/** Names a message of the catalogue, with its values. */
export function catalogueText<Key extends TextKey>(key: Key, values: TextValues[Key]): UserText;
export function catalogueText(key: TextKey, values: object = NO_VALUES): UserText {
  // The overloads tie the values to their key.
  return { key, values } as CatalogueText;
}
