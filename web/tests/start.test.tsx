import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider, useRouterState } from "@tanstack/react-router";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { LinkButton } from "@/frame/LinkButton";
import { leadsTo, useStart } from "@/frame/start";

afterEach(cleanup);

function Frame() {
  const place = useStart(useRouterState({ select: ({ matches }) => matches.at(-1)?.pathname ?? "" }));
  return <div ref={place} tabIndex={-1} data-testid="page"><Outlet /></div>;
}

/** A page with a link and a menu, and a form behind each; the form has a link back, too. */
async function opened(form: string) {
  const root = createRootRoute({ component: Frame });
  const route = (path: string, component: () => React.ReactNode) => createRoute({ getParentRoute: () => root, path, component });
  const routeTree = root.addChildren([
    route("/box", () => (
      <>
        <button type="button" {...leadsTo("box", [{ verb: "lift" }, { verb: "burn" }])}>more</button>
        <LinkButton to="/do/$noun/$verb" params={{ noun: "box", verb: "turn" }} search={{ name: "b1" }}>turn</LinkButton>
      </>
    )),
    route("/do/box/$verb", () => <LinkButton to="/$noun" params={{ noun: "box" }}>box</LinkButton>),
  ]);
  const history = createMemoryHistory({ initialEntries: ["/box"] });
  const router = createRouter({ routeTree, history });
  render(<RouterProvider router={router as never} />);
  await screen.findByText("more");
  await act(() => router.navigate({ to: form } as never));
  await screen.findByText("box");
  return history;
}

it("begins at the page, also where a link leads back", async () => {
  await opened("/do/box/turn?name=b1");
  expect(document.activeElement).toBe(screen.getByTestId("page"));
});

it.each([["/do/box/turn?name=b1", "turn"], ["/do/box/burn?name=b1", "more"]])("goes back from %s to what led there", async (form, name) => {
  const history = await opened(form);
  act(() => history.back());
  await screen.findByText("more");
  expect(document.activeElement?.textContent).toBe(name);
});
