import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { CATEGORIES, errorOf, OpenqrmError, problemOf } from "@/api/problem";
import { speak, startLanguages } from "@/i18n";
import { de } from "@/i18n/de";
import { en } from "@/i18n/en";
import { ProblemView } from "@/problems/ProblemView";

beforeAll(startLanguages);
afterEach(async () => {
  cleanup();
  await speak("en");
});

async function show(error: unknown): Promise<HTMLElement> {
  const root = createRootRoute({ component: () => <ProblemView error={error} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(<RouterProvider router={router as never} />);
  return screen.findByText((_, element) => element?.hasAttribute("data-category") ?? false);
}

describe("each category of error", () => {
  it.each(CATEGORIES)("%s has words, advice and a colour of its own in both languages", async (category) => {
    const english = await show(new OpenqrmError(category, "the disk is full"));
    expect(english.textContent).toContain(en.error[category]);
    expect(english.textContent).toContain("the disk is full");
    expect(english.textContent).toContain(en.advice[category]);
    cleanup();
    await speak("de");
    expect((await show(new OpenqrmError(category, "x"))).textContent).toContain(de.error[category]);
  });

  it("shows the hint that the server gives instead of ours", async () => {
    const shown = await show(new OpenqrmError("busy", "web is locked", "Look at plan 17."));
    expect(shown.textContent).toContain("Look at plan 17.");
    expect(shown.querySelector("a")?.getAttribute("href")).toBe("/plan/17");
    expect(shown.textContent).not.toContain(en.advice.busy);
  });
});

describe("whatever is thrown", () => {
  it("becomes one of our categories", async () => {
    const problem = { status: 423, category: "busy", title: "busy", detail: "locked", hint: "wait", type: "about:blank" };
    expect(await problemOf(Response.json(problem, { status: 423 }))).toMatchObject({ category: "busy", message: "locked", hint: "wait" });
    expect(await problemOf(new Response("<html>", { status: 502 }))).toMatchObject({ category: "unavailable" });
    expect(await problemOf(new Response("", { status: 404 }))).toMatchObject({ category: "not_found" });
    expect(errorOf(new TypeError("Failed to fetch")).category).toBe("unavailable");
    expect(errorOf(new TypeError("NetworkError when attempting to fetch resource.")).category).toBe("unavailable");
    expect(errorOf("?").category).toBe("bug");
  });

  it("is never shown raw: a server that is away says what to do", async () => {
    const shown = await show(new TypeError("Failed to fetch"));
    expect(shown.textContent).toContain(en.problem.noAnswer);
    expect(shown.textContent).not.toContain("fetch");
  });
});
