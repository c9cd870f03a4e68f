// The texts of the browser runtime in other languages than English. The runtime loads them when the page is in one of
// these languages.
import type { BrowserTexts } from "./browser_texts.ts";

/** The texts, by the first part of a language tag. */
export const TRANSLATIONS:
  & Readonly<Record<string, BrowserTexts>>
  & Readonly<Record<"de" | "es" | "fr", BrowserTexts>> = {
    de: {
      requestFailed: "Etwas ist schiefgegangen. Bitte versuchen Sie es erneut.",
      networkError: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung.",
      tryAgain: "Erneut versuchen",
      dismiss: "Schließen",
      incomplete: "Ein Teil dieser Seite konnte nicht geladen werden. Laden Sie die Seite neu.",
      reload: "Neu laden",
      signIn: "Anmelden",
      confirmLeave: "Ohne Speichern verlassen?",
      confirm: "Fortfahren",
      cancel: "Abbrechen",
      changedMeanwhile: "Zwischenzeitlich geändert zu:",
      closeLayer: "Schließen",
      loadingLayer: "Wird geladen …",
    },
    es: {
      requestFailed: "Algo ha salido mal. Inténtelo de nuevo.",
      networkError: "No se puede conectar con el servidor. Compruebe su conexión.",
      tryAgain: "Reintentar",
      dismiss: "Cerrar",
      incomplete: "No se ha podido cargar una parte de esta página. Vuelva a cargarla.",
      reload: "Volver a cargar",
      signIn: "Iniciar sesión",
      confirmLeave: "¿Salir sin guardar?",
      confirm: "Continuar",
      cancel: "Cancelar",
      changedMeanwhile: "Cambiado mientras tanto a:",
      closeLayer: "Cerrar",
      loadingLayer: "Cargando…",
    },
    fr: {
      requestFailed: "Une erreur est survenue. Veuillez réessayer.",
      networkError: "Le serveur est injoignable. Vérifiez votre connexion.",
      tryAgain: "Réessayer",
      dismiss: "Fermer",
      incomplete: "Une partie de cette page n’a pas pu être chargée. Rechargez la page.",
      reload: "Recharger",
      signIn: "Se connecter",
      confirmLeave: "Quitter sans enregistrer ?",
      confirm: "Continuer",
      cancel: "Annuler",
      changedMeanwhile: "Modifié entre-temps en :",
      closeLayer: "Fermer",
      loadingLayer: "Chargement…",
    },
  };
