/**
 * The runtime's words in other languages, loaded when the page is in one of them.
 *
 * @module
 */
/** The words by language code, in the order of `Messages`, with a bar between them. */
export const TRANSLATIONS: Readonly<Record<string, string>> = {
  de: "Etwas ist schiefgegangen.|Keine Verbindung.|Noch einmal versuchen|Schließen|Ohne Speichern verlassen?",
  es: "Algo ha fallado.|No hay conexión.|Reintentar|Cerrar|¿Salir sin guardar?",
  fr: "Une erreur est survenue.|Pas de connexion.|Réessayer|Fermer|Quitter sans enregistrer ?",
};
