/**
 * The runtime's words in other languages, loaded when the page is in one of them.
 *
 * @module
 */
import type { Messages } from "./config.ts";

const words = (text: string): Messages => {
  const [failed = "", offline = "", retry = "", close = "", unsaved = ""] = text.split("|");
  return { failed, offline, retry, close, unsaved };
};

/** The words by language code. */
export const TRANSLATIONS: Readonly<Record<string, Messages>> = {
  de: words("Etwas ist schiefgegangen.|Keine Verbindung.|Noch einmal versuchen|Schließen|Ohne Speichern verlassen?"),
  es: words("Algo ha fallado.|No hay conexión.|Reintentar|Cerrar|¿Salir sin guardar?"),
  fr: words("Une erreur est survenue.|Pas de connexion.|Réessayer|Fermer|Quitter sans enregistrer ?"),
  pt: words("Algo correu mal.|Sem ligação.|Tentar de novo|Fechar|Sair sem guardar?"),
};
