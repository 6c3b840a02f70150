import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, within } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, beforeAll, expect, it } from "vitest";

import { Catalogue, CATALOGUE, type Declaration } from "@/api/catalogue";
import { startLanguages } from "@/i18n";
import { TableCards } from "@/nouns/TableCards";

beforeAll(startLanguages);
afterEach(cleanup);

const declared = (verb: string, more: Partial<Declaration>): Declaration => ({
  noun: "box", verb, is_intent: true, title: "", help: "", role: "OPERATOR", allowed: true, plugin: "any", subject: "name",
  rows: false, decides: false, schema: {}, ...more,
});
const DECLARED = [
  declared("lids", { is_intent: false, rows: true }),
  declared("close", { schema: { properties: { name: {}, lid: { "x-new-row": "lids" } } } }),
  declared("lift", { schema: { properties: { name: {}, lid: { "x-row": "lids" } } } }),
  declared("turn", { schema: { properties: { name: {} } } }),
];

it("shows what a plugin declares about one object as a table, with what may be done to each row", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(CATALOGUE, new Catalogue(DECLARED));
  client.setQueryData(["show", "box", "b1", "lids"], [{ name: "red", made_s: 1.7e9 }, { name: "blue", made_s: 1.7e9 }]);
  const root = createRootRoute({ component: () => <Suspense><TableCards noun="box" name="b1" /></Suspense> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  const table = await screen.findByRole("table", { name: "Lids" });
  expect(within(table).getAllByRole("row")).toHaveLength(3);
  const places = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
  expect(places).toEqual(["/do/box/close?name=b1", "/do/box/lift?name=b1&lid=red", "/do/box/lift?name=b1&lid=blue"]);
});
