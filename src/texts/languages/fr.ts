// The catalogue in French.
import { TRANSLATIONS } from "../../protocol/translations.ts";
import type { Catalogue } from "../catalogue.ts";
import { fileTypeNames } from "../file_type_names.ts";

/** The texts in French. */
export const FRENCH: Catalogue = {
  ...TRANSLATIONS.fr,

  formErrors: "Il y a un problème",
  checkFields: "Vérifiez les champs signalés.",
  enterValue: "Saisissez une valeur",
  enterEmail: "Saisissez une adresse e-mail",
  enterUrl: "Saisissez une adresse web",
  enterPassword: "Saisissez un mot de passe",
  enterNumber: "Saisissez un nombre",
  enterDate: "Saisissez une date",
  enterDateTime: "Saisissez une date et une heure",
  enterTime: "Saisissez une heure",
  checkBox: "Cochez cette case pour continuer",
  checkOrClearBox: "Cochez cette case ou laissez-la vide",
  chooseOption: "Choisissez une option",
  chooseOptions: "Choisissez au moins une option",
  chooseFile: "Choisissez un fichier",
  enterText: "Saisissez un texte",
  invalidEmail: "Saisissez une adresse e-mail, par exemple nom@example.com",
  invalidUrl: ({ beginnings }, { or }) => `Saisissez une adresse web qui commence par ${or(beginnings)}`,
  minlength: ({ count }, format) =>
    `Saisissez au moins ${format.count(count, { one: "# caractère", other: "# caractères" })}`,
  maxlength: ({ count }, format) =>
    `Saisissez au plus ${format.count(count, { one: "# caractère", other: "# caractères" })}`,
  pattern: "Saisissez une valeur au format attendu",
  minNumber: ({ bound }, { number }) => `Saisissez un nombre supérieur ou égal à ${number(bound)}`,
  maxNumber: ({ bound }, { number }) => `Saisissez un nombre inférieur ou égal à ${number(bound)}`,
  minMoment: ({ bound }, { moment }) => `Valeur la plus ancienne acceptée : ${moment(bound)}`,
  maxMoment: ({ bound }, { moment }) => `Valeur la plus récente acceptée : ${moment(bound)}`,
  timeRange: ({ from, to }, { moment }) => `Saisissez une heure de ${moment(from)} à ${moment(to)}`,
  numberDigits: "Saisissez un nombre avec moins de chiffres",
  wholeNumber: "Saisissez un nombre entier",
  stepNumber: ({ step, base }, { number, or }) =>
    base === 0
      ? `Saisissez un multiple de ${number(step)}`
      : `Saisissez un nombre tel que ${or([base, base + step, base + 2 * step].map(number))}`,
  stepMoment: "Choisissez une des valeurs proposées",
  fileBytes: ({ bytes: size }, { bytes }) => `Choisissez un fichier de moins de ${bytes(size)}`,
  fileCount: ({ count }, format) =>
    `Choisissez au plus ${format.count(count, { one: "# fichier", other: "# fichiers" })}`,
  fileType: ({ types }, { or }) => `Choisissez un autre type de fichier : ${or(fileTypeNames(types, FILE_TYPES))}`,
  fileMessage: ({ name, message }) => `${name} : ${message}`,
  minRows: ({ count }, format) => `Ajoutez au moins ${format.count(count, { one: "# ligne", other: "# lignes" })}`,
  maxRows: ({ count }, format) =>
    `Supprimez des lignes : au plus ${format.count(count, { one: "# ligne", other: "# lignes" })}`,
  requiredField: "obligatoire",
  optionalField: "facultatif",
  deleteRow: "Supprimer",
  orderRow: "Ordre",
  submit: "Envoyer",
  addRow: "Ajouter une ligne",
  redrawForm: "Mettre à jour le formulaire",
  removeRow: "Supprimer la ligne #",
  moveRowUp: "Monter la ligne #",
  moveRowDown: "Descendre la ligne #",
  undo: "Annuler",

  serverError: TRANSLATIONS.fr.requestFailed,
  notFound: "Page introuvable",
  denied: "Vous n’êtes pas autorisé à faire cela.",
  signInFirst: "Connectez-vous pour continuer.",
  otherUser: "Vous êtes maintenant connecté avec un autre compte. Vérifiez votre saisie, puis envoyez-la de nouveau.",
  crossOrigin: "Cette requête venait d’un autre site et a été bloquée.",
  invalidSignature: "Signature non valide",
  methodNotAllowed: "Cette page ne peut pas être utilisée ainsi.",
  invalidRequest: "Cette requête n’a pas pu être comprise. Rechargez la page et réessayez.",
  pageUnknown: "Ce formulaire a expiré. Rechargez la page et réessayez.",
  stillRunning: "Cette opération est encore en cours.",
  alreadyDone: "Cette opération a déjà été effectuée.",
  outcomeUnknown: "Impossible de savoir si cela a été enregistré. Vérifiez avant de réessayer.",
  tooLong: "C’est trop long. Raccourcissez et réessayez.",
  tooSlow: "L’envoi a pris trop de temps. Réessayez avec une connexion plus rapide.",
  tooManyRequests: ({ seconds }, { duration }) =>
    seconds === null
      ? "Trop de tentatives. Réessayez plus tard."
      : `Trop de tentatives. Réessayez dans ${duration(seconds)}.`,
  busy: "Le serveur est occupé. Réessayez dans un instant.",
  noRoom: "Il n’y a pas de place pour ce fichier. Choisissez-en un plus petit ou réessayez plus tard.",
  homeLink: "Aller à la page d’accueil",
};

const FILE_TYPES = { image: "image", audio: "audio", video: "vidéo", text: "texte", font: "police" };
