import { expect, it } from "vitest";

import { Catalogue } from "@/api/catalogue";
import { declaration } from "./declarations";

it("offers first what makes a new one", () => {
  const verbs = ["adopt", "create", "restore"].map((verb) => declaration("volume", verb, {}));
  expect(new Catalogue(verbs).actionsWithout("volume").map((each) => each.verb)).toEqual(["create", "adopt", "restore"]);
});
