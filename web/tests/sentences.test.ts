import { describe, expect, it } from "vitest";

import { sentencesOf } from "@/i18n/sentences";
import { sentencesDe } from "@/i18n/sentences.de";

const german = sentencesOf(sentencesDe, (_, name) => (name === "volume" ? "Volume" : name));

describe("sentences with blanks", () => {
  it("are found by what stands between the blanks, the one that says most first", () => {
    expect(german("Create volume web on shelf")).toBe("Volume web auf shelf anlegen");
    expect(german("Remove volume web")).toBe("Volume web entfernen");
    expect(german("Export /v/web on m-1 to 10.0.0.2 for writing")).toBe("/v/web auf m-1 für 10.0.0.2 freigeben, zum Schreiben");
    expect(german("it was asked for")).toBe("es wurde gewünscht");
  });

  it("stay as they come when nobody has translated them", () => {
    expect(german("Paint the rack")).toBeUndefined();
  });

  it("are translated on both sides of a colon", () => {
    expect(german("Stop appliance web: no way to m-1")).toBe("Appliance web anhalten: no way to m-1");
  });

  it("have the same blanks in German, and none twice", () => {
    const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [text, said] of Object.entries(sentencesDe)) {
      expect(blanks(said), text).toEqual(blanks(text));
      expect(new Set(blanks(text)).size, text).toBe(blanks(text).length);
    }
  });
});
