import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";

import type { PlanView, StepView } from "@/api/types";
import { startLanguages } from "@/i18n";
import { PlanFacts } from "@/plans/PlanFacts";
import { StepList } from "@/plans/StepList";

beforeAll(startLanguages);
afterEach(cleanup);

const step = (id: string, more: Partial<StepView>): StepView => ({
  id, what: `Do ${id}`, why: "asked", needs: [], undo: "", notice: "", optional: false, state: "would change", note: "", hint: "",
  began_s: 0, ended_s: 0, ...more,
});
const plan = {
  on_failure: "undo",
  steps: [
    step("look", { state: "already so", note: "it is there" }),
    step("burn", { undo: "cannot be undone: the data is gone", notice: "web stops" }),
    step("fail", { state: "would fail", note: "the disk is full", hint: "Make room." }),
  ],
} as unknown as PlanView;

it("says before anything happens what is so already, what cannot be taken back, and what users notice", () => {
  render(<PlanFacts plan={plan} />);
  const told = screen.getAllByRole("listitem").map((each) => each.textContent);
  expect(told[0]).toBe("Do burn: cannot be undone: the data is gone");
  expect(told[1]).toContain("web stops");
  expect(told[2]).toContain("3 steps, 1 is so already");
});

it("marks each step with how it is, what was seen and what to do", () => {
  render(<StepList plan={plan} />);
  const told = screen.getAllByRole("listitem").map((each) => each.textContent);
  expect(screen.getAllByRole("img").map((sign) => sign.getAttribute("aria-label"))).toEqual(["already so", "would change", "would fail"]);
  expect(told[0]).toContain("it is there");
  expect(told[1]).toContain("cannot be undone");
  expect(told[2]).toMatch(/the disk is full.*Make room\./);
});
