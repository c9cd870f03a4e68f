// The catalogue in Spanish.
import { TRANSLATIONS } from "../../protocol/translations.ts";
import type { Catalogue } from "../catalogue.ts";
import { fileTypeNames } from "../file_type_names.ts";

/** The texts in Spanish. */
export const SPANISH: Catalogue = {
  ...TRANSLATIONS.es,

  formErrors: "Hay un problema",
  checkFields: "Revise los campos marcados.",
  enterValue: "Introduzca un valor",
  enterEmail: "Introduzca una dirección de correo electrónico",
  enterUrl: "Introduzca una dirección web",
  enterPassword: "Introduzca una contraseña",
  enterNumber: "Introduzca un número",
  enterDate: "Introduzca una fecha",
  enterDateTime: "Introduzca una fecha y una hora",
  enterTime: "Introduzca una hora",
  checkBox: "Marque esta casilla para continuar",
  checkOrClearBox: "Marque esta casilla o déjela vacía",
  chooseOption: "Elija una opción",
  chooseOptions: "Elija al menos una opción",
  chooseFile: "Elija un archivo",
  enterText: "Introduzca un texto",
  invalidEmail: "Introduzca una dirección de correo electrónico, por ejemplo nombre@example.com",
  invalidUrl: ({ beginnings }, { or }) => `Introduzca una dirección web que empiece por ${or(beginnings)}`,
  minlength: ({ count }, format) =>
    `Introduzca al menos ${format.count(count, { one: "# carácter", other: "# caracteres" })}`,
  maxlength: ({ count }, format) =>
    `Introduzca como máximo ${format.count(count, { one: "# carácter", other: "# caracteres" })}`,
  pattern: "Introduzca un valor con el formato esperado",
  minNumber: ({ bound }, { number }) => `Introduzca un número igual o mayor que ${number(bound)}`,
  maxNumber: ({ bound }, { number }) => `Introduzca un número igual o menor que ${number(bound)}`,
  minMoment: ({ bound }, { moment }) => `Valor más temprano permitido: ${moment(bound)}`,
  maxMoment: ({ bound }, { moment }) => `Valor más tardío permitido: ${moment(bound)}`,
  timeRange: ({ from, to }, { moment }) => `Introduzca una hora de ${moment(from)} a ${moment(to)}`,
  numberDigits: "Introduzca un número con menos cifras",
  wholeNumber: "Introduzca un número entero",
  stepNumber: ({ step, base }, { number, or }) =>
    base === 0
      ? `Introduzca un múltiplo de ${number(step)}`
      : `Introduzca un número como ${or([base, base + step, base + 2 * step].map(number))}`,
  stepMoment: "Elija uno de los valores disponibles",
  fileBytes: ({ bytes: size }, { bytes }) => `Elija un archivo de menos de ${bytes(size)}`,
  fileCount: ({ count }, format) =>
    `Elija como máximo ${format.count(count, { one: "# archivo", other: "# archivos" })}`,
  fileType: ({ types }, { or }) => `Elija otro tipo de archivo: ${or(fileTypeNames(types, FILE_TYPES))}`,
  fileMessage: ({ name, message }) => `${name}: ${message}`,
  minRows: ({ count }, format) => `Añada al menos ${format.count(count, { one: "# fila", other: "# filas" })}`,
  maxRows: ({ count }, format) =>
    `Elimine filas: como máximo ${format.count(count, { one: "# fila", other: "# filas" })}`,
  requiredField: "obligatorio",
  optionalField: "opcional",
  deleteRow: "Eliminar",
  orderRow: "Orden",
  submit: "Enviar",
  addRow: "Añadir fila",
  redrawForm: "Actualizar el formulario",
  removeRow: "Quitar la fila #",
  moveRowUp: "Subir la fila #",
  moveRowDown: "Bajar la fila #",
  undo: "Deshacer",

  serverError: TRANSLATIONS.es.requestFailed,
  notFound: "Página no encontrada",
  denied: "No tiene permiso para hacer esto.",
  signInFirst: "Inicie sesión para continuar.",
  otherUser: "Ahora ha iniciado sesión con otra cuenta. Compruebe los datos y envíelos de nuevo.",
  crossOrigin: "Esta solicitud procedía de otro sitio y se ha bloqueado.",
  invalidSignature: "Firma no válida",
  methodNotAllowed: "Esta página no se puede usar de esta forma.",
  invalidRequest: "No se ha podido entender esta solicitud. Recargue la página e inténtelo de nuevo.",
  pageUnknown: "Este formulario ha caducado. Recargue la página e inténtelo de nuevo.",
  stillRunning: "Todavía estamos trabajando en ello.",
  alreadyDone: "Esto ya se ha hecho.",
  outcomeUnknown: "No podemos saber si esto se ha guardado. Compruébelo antes de volver a intentarlo.",
  tooLong: "Es demasiado largo. Acórtelo e inténtelo de nuevo.",
  tooSlow: "El envío ha tardado demasiado. Inténtelo con una conexión más rápida.",
  tooManyRequests: ({ seconds }, { duration }) =>
    seconds === null
      ? "Demasiados intentos. Inténtelo más tarde."
      : `Demasiados intentos. Inténtelo de nuevo en ${duration(seconds)}.`,
  busy: "El servidor está ocupado. Inténtelo de nuevo en un momento.",
  noRoom: "No hay espacio para este archivo. Elija uno más pequeño o inténtelo más tarde.",
  homeLink: "Ir a la página de inicio",
};

const FILE_TYPES = { image: "imagen", audio: "audio", video: "vídeo", text: "texto", font: "fuente" };
