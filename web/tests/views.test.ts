import { beforeEach, describe, expect, it } from "vitest";

import { nextOrder } from "@/nouns/useRows";
import { keepViews, viewsOf, withView, type View } from "@/nouns/views";

const view = (name: string, q = ""): View => ({ name, q, state: "", order: undefined, hidden: [] });

describe("views of lists", () => {
  beforeEach(() => localStorage.clear());

  it("are of one user and one noun", () => {
    keepViews("eve", "resource", [view("idle", "idle")]);
    expect(viewsOf("eve", "resource")).toEqual([{ name: "idle", q: "idle", state: "", hidden: [] }]);
    expect([...viewsOf("eve", "image"), ...viewsOf("bob", "resource")]).toEqual([]);
  });

  it("replace the one of their name", () => {
    expect(withView([view("a", "1"), view("b")], view("a", "2")).map(({ name, q }) => name + q)).toEqual(["b", "a2"]);
  });

  it("survive what else may stand there", () => {
    for (const text of ["no JSON", "{}", '[1, null, {"name": 3}]']) {
      localStorage.setItem("openqrm.views.eve.resource", text);
      expect(viewsOf("eve", "resource")).toEqual([]);
    }
  });
});

describe("a column that is clicked", () => {
  it("sorts upwards, downwards, and then no more", () => {
    const up = nextOrder(undefined, "name");
    const down = nextOrder(up, "name");
    expect([up, down, nextOrder(down, "name")]).toEqual([{ column: "name", isDown: false }, { column: "name", isDown: true }, undefined]);
    expect(nextOrder(down, "mac")).toEqual({ column: "mac", isDown: false });
  });
});
