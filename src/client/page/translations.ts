/**
 * The runtime's words in other languages, loaded when the page is in one of them.
 *
 * @module
 */
import type { Messages } from "../config.ts";

/** The words by language code. */
export const TRANSLATIONS: Readonly<Record<string, Messages>> = {
  de: {
    failed: "Etwas ging schief.",
    offline: "Keine Verbindung.",
    retry: "Erneut versuchen",
    close: "Schließen",
    unsaved: "Ohne Speichern verlassen?",
  },
  es: {
    failed: "Algo ha fallado.",
    offline: "No hay conexión.",
    retry: "Reintentar",
    close: "Cerrar",
    unsaved: "¿Salir sin guardar?",
  },
  fr: {
    failed: "Une erreur est survenue.",
    offline: "Pas de connexion.",
    retry: "Réessayer",
    close: "Fermer",
    unsaved: "Quitter sans enregistrer ?",
  },
};
