import { expect, it } from "vitest";

import { listKey } from "@/api/lists";
import { SESSION } from "@/api/session";
import { forgetSeen, makeClient } from "@/frame/client";
import { placeOf } from "@/search/place";

it("leaves nothing for the next user of what one has seen", () => {
  const client = makeClient();
  client.setQueryData(listKey("resource"), [{ name: "m1" }]);
  client.setQueryData(SESSION, null);
  forgetSeen(client);
  expect(client.getQueryCache().getAll().map(({ queryKey }) => queryKey)).toEqual([SESSION]);
});

it("leads from what is found to its page, and to an event by its text", () => {
  expect(placeOf({ kind: "resource", name: "m1", text: "m1" })).toEqual({ to: "/$noun/$name", params: { noun: "resource", name: "m1" } });
  expect(placeOf({ kind: "event", name: "7", text: "web is lost" })).toEqual({ to: "/event", search: { q: "web is lost" } });
});
