import type { Texts } from "../en";
import type { errors as english } from "../en/errors";

export const errors: Texts<typeof english> = {
  error: {
    bad_input: "Das kann nicht stimmen",
    not_found: "Das gibt es nicht",
    conflict: "Es widerspricht dem, was schon da ist",
    busy: "Damit ist gerade jemand anders beschäftigt",
    unavailable: "Es hat nicht geantwortet",
    refused: "Das ist nicht erlaubt",
    unsupported: "Das geht hier nicht",
    stale: "Die Lage hat sich inzwischen geändert",
    bug: "Das ist unser Fehler",
  },
  advice: {
    bad_input: "Berichtigen Sie die Eingabe und versuchen Sie es noch einmal.",
    not_found: "Es wurde vielleicht inzwischen entfernt. Sehen Sie in der Liste nach.",
    conflict: "Sehen Sie sich die genannten Objekte an und ändern Sie zuerst eines davon.",
    busy: "Warten Sie, bis der andere Plan beendet ist, oder sehen Sie ihn unter Pläne an.",
    unavailable: "Prüfen Sie, ob es eingeschaltet und erreichbar ist, und versuchen Sie es dann noch einmal.",
    refused: "Fragen Sie einen Administrator, oder melden Sie sich mit mehr Rechten an.",
    unsupported: "Ein anderes Plugin oder ein anderer Treiber kann es vielleicht.",
    stale: "Sehen Sie sich die Vorschau noch einmal an, bevor Sie es ausführen.",
    bug: "Melden Sie es mit dem Protokoll von openQRM. Ein zweiter Versuch kann helfen.",
  },
  problem: {
    home: "Zur Übersicht",
    retry: "Noch einmal versuchen",
    noAnswer: "openQRM antwortet nicht.",
    noAnswerHint: "Prüfen Sie, ob es läuft (openqrm serve) und ob Ihr Netz es erreicht.",
    page: "Diese Seite konnte nicht gezeigt werden.",
    pageHint: "Laden Sie sie neu. Wenn es wieder geschieht, melden Sie, was Sie vorher getan haben.",
    reload: "Neu laden",
  },
};
