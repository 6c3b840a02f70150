import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";

import { LinkButton } from "@/frame/LinkButton";

afterEach(cleanup);

it("stays the same element with its focus when what is around it is drawn again", async () => {
  let drawAgain: (times: number) => void = () => undefined;
  const Around = () => {
    const [times, set] = useState(0);
    drawAgain = set;
    return <LinkButton to="/" search={{ times }}>go</LinkButton>;
  };
  const router = createRouter({ routeTree: createRootRoute({ component: Around }), history: createMemoryHistory() });
  render(<RouterProvider router={router as never} />);
  const before = await screen.findByRole("link", { name: "go" });
  before.focus();
  act(() => drawAgain(1));
  expect(before.getAttribute("href")).toBe("/?times=1");
  expect(document.activeElement).toBe(before);
});
