// The catalogue in German.
import { TRANSLATIONS } from "../../protocol/translations.ts";
import type { Catalogue } from "../catalogue.ts";
import { fileTypeNames } from "../file_type_names.ts";

/** The texts in German. */
export const GERMAN: Catalogue = {
  ...TRANSLATIONS.de,

  formErrors: "Es gibt ein Problem",
  checkFields: "Prüfen Sie die markierten Felder.",
  enterValue: "Geben Sie einen Wert ein",
  enterEmail: "Geben Sie eine E-Mail-Adresse ein",
  enterUrl: "Geben Sie eine Webadresse ein",
  enterPassword: "Geben Sie ein Passwort ein",
  enterNumber: "Geben Sie eine Zahl ein",
  enterDate: "Geben Sie ein Datum ein",
  enterDateTime: "Geben Sie ein Datum und eine Uhrzeit ein",
  enterTime: "Geben Sie eine Uhrzeit ein",
  checkBox: "Kreuzen Sie dieses Feld an, um fortzufahren",
  checkOrClearBox: "Kreuzen Sie das Feld an oder lassen Sie es leer",
  chooseOption: "Wählen Sie eine Option",
  chooseOptions: "Wählen Sie mindestens eine Option",
  chooseFile: "Wählen Sie eine Datei",
  enterText: "Geben Sie einen Text ein",
  invalidEmail: "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com",
  invalidUrl: ({ beginnings }, { or }) => `Geben Sie eine Webadresse ein, die mit ${or(beginnings)} beginnt`,
  minlength: ({ count }, format) =>
    `Geben Sie mindestens ${format.count(count, { one: "# Zeichen", other: "# Zeichen" })} ein`,
  maxlength: ({ count }, format) =>
    `Geben Sie höchstens ${format.count(count, { one: "# Zeichen", other: "# Zeichen" })} ein`,
  pattern: "Geben Sie einen Wert im erwarteten Format ein",
  minNumber: ({ bound }, { number }) => `Geben Sie eine Zahl ein, die mindestens ${number(bound)} ist`,
  maxNumber: ({ bound }, { number }) => `Geben Sie eine Zahl ein, die höchstens ${number(bound)} ist`,
  minMoment: ({ bound }, { moment }) => `Geben Sie frühestens ${moment(bound)} ein`,
  maxMoment: ({ bound }, { moment }) => `Geben Sie spätestens ${moment(bound)} ein`,
  timeRange: ({ from, to }, { moment }) => `Geben Sie eine Uhrzeit von ${moment(from)} bis ${moment(to)} ein`,
  numberDigits: "Geben Sie eine Zahl mit weniger Stellen ein",
  wholeNumber: "Geben Sie eine ganze Zahl ein",
  stepNumber: ({ step, base }, { number, or }) =>
    base === 0
      ? `Geben Sie ein Vielfaches von ${number(step)} ein`
      : `Geben Sie eine Zahl ein, zum Beispiel ${or([base, base + step, base + 2 * step].map(number))}`,
  stepMoment: "Wählen Sie einen der verfügbaren Werte",
  fileBytes: ({ bytes: size }, { bytes }) => `Wählen Sie eine Datei, die kleiner als ${bytes(size)} ist`,
  fileCount: ({ count }, format) =>
    `Wählen Sie höchstens ${format.count(count, { one: "# Datei", other: "# Dateien" })}`,
  fileType: ({ types }, { or }) => `Wählen Sie eine Datei von anderem Typ: ${or(fileTypeNames(types, FILE_TYPES))}`,
  fileMessage: ({ name, message }) => `${name}: ${message}`,
  minRows: ({ count }, format) =>
    `Fügen Sie mindestens ${format.count(count, { one: "# Zeile", other: "# Zeilen" })} hinzu`,
  maxRows: ({ count }, format) =>
    `Entfernen Sie Zeilen: höchstens ${format.count(count, { one: "# Zeile", other: "# Zeilen" })}`,
  requiredField: "erforderlich",
  optionalField: "freiwillig",
  deleteRow: "Löschen",
  orderRow: "Reihenfolge",
  submit: "Absenden",
  addRow: "Zeile hinzufügen",
  redrawForm: "Formular aktualisieren",
  removeRow: "Zeile # entfernen",
  moveRowUp: "Zeile # nach oben",
  moveRowDown: "Zeile # nach unten",
  undo: "Rückgängig machen",

  serverError: TRANSLATIONS.de.requestFailed,
  notFound: "Seite nicht gefunden",
  denied: "Sie haben keine Berechtigung dafür.",
  signInFirst: "Melden Sie sich an, um fortzufahren.",
  otherUser: "Sie sind jetzt als ein anderer Benutzer angemeldet. Prüfen Sie Ihre Eingaben und senden Sie sie erneut.",
  crossOrigin: "Diese Anfrage kam von einer anderen Website und wurde blockiert.",
  invalidSignature: "Ungültige Signatur",
  methodNotAllowed: "Diese Seite kann so nicht verwendet werden.",
  invalidRequest: "Diese Anfrage war nicht verständlich. Laden Sie die Seite neu und versuchen Sie es erneut.",
  pageUnknown: "Dieses Formular ist abgelaufen. Laden Sie die Seite neu und versuchen Sie es erneut.",
  stillRunning: "Dies wird noch bearbeitet.",
  alreadyDone: "Dies wurde bereits erledigt.",
  outcomeUnknown: "Es ist nicht sicher, ob dies gespeichert wurde. Prüfen Sie es, bevor Sie es erneut versuchen.",
  tooLong: "Das ist zu lang. Kürzen Sie es und versuchen Sie es erneut.",
  tooSlow: "Das Senden hat zu lange gedauert. Versuchen Sie es mit einer schnelleren Verbindung.",
  tooManyRequests: ({ seconds }, { duration }) =>
    seconds === null
      ? "Zu viele Versuche. Versuchen Sie es später erneut."
      : `Zu viele Versuche. Nächster Versuch möglich in: ${duration(seconds)}.`,
  busy: "Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.",
  noRoom: "Für diese Datei ist kein Platz. Wählen Sie eine kleinere oder versuchen Sie es später erneut.",
  homeLink: "Zur Startseite",
};

const FILE_TYPES = { image: "Bild", audio: "Audio", video: "Video", text: "Text", font: "Schrift" };
