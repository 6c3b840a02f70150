import { describe, expect, it } from "vitest";

import { sentencesOf } from "@/i18n/sentences";
import { resourcesOf } from "@/i18n/words";

const say = sentencesOf({
  "Create {noun} {name}": "{noun} {name} anlegen",
  "Create volume {volume} on {storage}": "Volume {volume} auf {storage} anlegen",
  "Remove {noun} {name}": "{noun} {name} entfernen",
  "Stop appliance {name}": "Appliance {name} anhalten",
  "{resource} is {state}": "{resource} ist {state}",
  "cannot read {path}: {*fault}": "{path} ist nicht lesbar: {fault}",
  "Log in{*how}.": "Anmelden{how}.",
  "as root": "als root",
  "Mend it.": "Beheben.",
}, (_, name) => ({ volume: "Volume", off: "aus" })[name] ?? name);
const german = (text: string) => say(text).map((piece) => piece.text).join("");
const foreign = (text: string) => say(text).filter(({ isForeign }) => isForeign).map((piece) => piece.text);

describe("sentences with blanks", () => {
  it("are found by what stands between the blanks, the one that says most first", () => {
    expect(german("Create volume web on shelf")).toBe("Volume web auf shelf anlegen");
    expect(german("Remove volume web")).toBe("Volume web entfernen");
    expect(german("m-1 is off")).toBe("m-1 ist aus");
  });

  it("look up what fills a blank that may be any text", () => {
    expect(german("Log in as root.")).toBe("Anmelden als root.");
    expect(german("Log in.")).toBe("Anmelden.");
  });

  it("stay as they come when nobody has translated them, and say which part did", () => {
    expect(say("Paint the rack")).toEqual([{ text: "Paint the rack", isForeign: true }]);
    expect(german("cannot read /x: no such file")).toBe("/x ist nicht lesbar: no such file");
    expect(foreign("cannot read /x: no such file")).toEqual(["no such file"]);
    expect(foreign("web")).toEqual([]);
  });

  it("are translated on both sides of a colon, and one after the other", () => {
    expect(german("Stop appliance web: no way to m-1")).toBe("Appliance web anhalten: no way to m-1");
    expect(german("Stop appliance web: cannot read /x: Mend it.")).toBe("Appliance web anhalten: /x ist nicht lesbar: Beheben.");
    expect(german("Mend it. Log in as root.")).toBe("Beheben. Anmelden als root.");
    expect(foreign("Stop appliance web: Mend it.")).toEqual([]);
  });

  it("bring nouns, verbs and fields of plugins to where the pages look for such", () => {
    expect(resourcesOf({ texts: {}, nouns: { "my-shelf": ["Regal", "Regale"] }, verbs: { "set-up": "Aufbauen" }, fields: { key: "Schlüssel" } }))
      .toEqual({ noun: { my_shelf: "Regal" }, nouns: { my_shelf: "Regale" }, verb: { set_up: "Aufbauen" }, column: { key: "Schlüssel" } });
  });
});
