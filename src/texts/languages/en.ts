// The catalogue in English.
//
// Messages about a field are imperatives without a full stop, because they stand next to the field. Messages about a
// request are sentences.
import { FAILURE_TEXTS } from "../../protocol/browser_texts.ts";
import { CHANGED_TEXT } from "../../protocol/changed_text.ts";
import { CONFIRM_LEAVE } from "../../protocol/confirm_leave.ts";
import { CONFIRM_TEXTS } from "../../protocol/confirm_texts.ts";
import { LAYER_TEXTS } from "../../protocol/layer_texts.ts";
import type { Catalogue } from "../catalogue.ts";
import { fileTypeNames } from "../file_type_names.ts";

/** The texts in English. */
export const ENGLISH: Catalogue = {
  ...FAILURE_TEXTS,
  confirmLeave: CONFIRM_LEAVE,
  ...CONFIRM_TEXTS,
  changedMeanwhile: CHANGED_TEXT,
  ...LAYER_TEXTS,

  formErrors: "There is a problem",
  checkFields: "Check the highlighted fields.",
  enterValue: "Enter a value",
  enterEmail: "Enter an email address",
  enterUrl: "Enter a web address",
  enterPassword: "Enter a password",
  enterNumber: "Enter a number",
  enterDate: "Enter a date",
  enterDateTime: "Enter a date and a time",
  enterTime: "Enter a time",
  checkBox: "Check this box to continue",
  checkOrClearBox: "Check this box or leave it empty",
  chooseOption: "Choose an option",
  chooseOptions: "Choose at least one option",
  chooseFile: "Choose a file",
  enterText: "Enter text",
  invalidEmail: "Enter an email address, such as name@example.com",
  invalidUrl: ({ beginnings }, { or }) => `Enter a web address that starts with ${or(beginnings)}`,
  minlength: ({ count }, format) =>
    `Enter at least ${format.count(count, { one: "# character", other: "# characters" })}`,
  maxlength: ({ count }, format) =>
    `Enter at most ${format.count(count, { one: "# character", other: "# characters" })}`,
  pattern: "Enter a value in the expected format",
  minNumber: ({ bound }, { number }) => `Enter a number that is ${number(bound)} or more`,
  maxNumber: ({ bound }, { number }) => `Enter a number that is ${number(bound)} or less`,
  minMoment: ({ bound }, { moment }) => `Enter ${moment(bound)} or later`,
  maxMoment: ({ bound }, { moment }) => `Enter ${moment(bound)} or earlier`,
  timeRange: ({ from, to }, { moment }) => `Enter a time from ${moment(from)} to ${moment(to)}`,
  numberDigits: "Enter a number with fewer digits",
  wholeNumber: "Enter a whole number",
  stepNumber: ({ step, base }, { number, or }) =>
    base === 0
      ? `Enter a multiple of ${number(step)}`
      : `Enter a number such as ${or([base, base + step, base + 2 * step].map(number))}`,
  stepMoment: "Choose one of the available values",
  fileBytes: ({ bytes: size }, { bytes }) => `Choose a file smaller than ${bytes(size)}`,
  fileCount: ({ count }, format) => `Choose at most ${format.count(count, { one: "# file", other: "# files" })}`,
  fileType: ({ types }, { or }) => `Choose another type of file: ${or(fileTypeNames(types, FILE_TYPES))}`,
  fileMessage: ({ name, message }) => `${name}: ${message}`,
  minRows: ({ count }, format) => `Add at least ${format.count(count, { one: "# row", other: "# rows" })}`,
  maxRows: ({ count }, format) => `Keep at most ${format.count(count, { one: "# row", other: "# rows" })}`,
  requiredField: "required",
  optionalField: "optional",
  deleteRow: "Delete",
  orderRow: "Order",
  submit: "Submit",
  addRow: "Add row",
  redrawForm: "Update the form",
  removeRow: "Remove row #",
  moveRowUp: "Move row # up",
  moveRowDown: "Move row # down",
  undo: "Undo",

  serverError: "Something went wrong. Try again.",
  notFound: "Page not found",
  denied: "You do not have permission to do this.",
  signInFirst: "Sign in to continue.",
  otherUser: "You are signed in as another user now. Check your input, then send it again.",
  crossOrigin: "This request came from another site and was blocked.",
  invalidSignature: "Invalid signature",
  methodNotAllowed: "This page cannot be used this way.",
  invalidRequest: "This request could not be understood. Reload the page and try again.",
  pageUnknown: "This form has expired. Reload the page and try again.",
  stillRunning: "We are still working on this.",
  alreadyDone: "This was already done.",
  outcomeUnknown: "We cannot tell if this was saved. Check before you try again.",
  tooLong: "This is too long to send. Shorten it and try again.",
  tooSlow: "Sending took too long. Try again on a faster connection.",
  tooManyRequests: ({ seconds }, { duration }) =>
    seconds === null ? "Too many attempts. Try again later." : `Too many attempts. Try again in ${duration(seconds)}.`,
  busy: "The server is busy. Try again in a moment.",
  noRoom: "There is no room for this file. Choose a smaller one, or try again later.",
  homeLink: "Go to the home page",
};

const FILE_TYPES = { image: "image", audio: "audio", video: "video", text: "text", font: "font" };
