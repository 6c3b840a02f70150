import { describe, expect, it } from "vitest";

import type { ViewRow } from "@/api/types";
import { nextOrder } from "@/nouns/useRows";
import { bodyOf, offered, viewOf } from "@/nouns/views";

const row = (sort: string): ViewRow => ({
  name: "eve.1", of: "resource", title: "a", text: "idle rack", state: "idle", sort, hidden: ["mac"], shared: false, user: "eve",
});

describe("views of lists", () => {
  it.each(["", "name", "-memory_mib"])("come back as they were kept, sorted by “%s”", (sort) => {
    expect(bodyOf(viewOf(row(sort)))).toEqual({ text: "idle rack", state: "idle", sort, hidden: ["mac"] });
  });

  it("are offered to whoever keeps them, and to all when they are shared", () => {
    const views = [row(""), { ...row(""), user: "bob", shared: true }, { ...row(""), user: "bob" }];
    expect(offered(views, "eve")).toEqual(views.slice(0, 2));
  });

  it("say which way they are sorted", () => {
    expect(viewOf(row("-memory_mib")).order).toEqual({ column: "memory_mib", isDown: true });
    expect(viewOf(row("")).order).toBeUndefined();
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
