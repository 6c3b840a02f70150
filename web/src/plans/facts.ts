/** What matters about a plan before and while it runs; pure. */
import type { PlanView, StepView } from "@/api/types";

const ENDED = new Set(["found so", "done", "skipped", "undone", "kept", "already so"]);

export function alreadySo(plan: PlanView): number {
  return plan.steps.filter(({ state }) => state === "already so" || state === "found so").length;
}

/** What users of the service will notice, each thing once. */
export function notices(plan: PlanView): string[] {
  return [...new Set(plan.steps.map(({ notice }) => notice).filter((notice) => notice !== ""))];
}

export function irreversible(plan: PlanView): StepView[] {
  return plan.steps.filter(({ undo }) => undo.startsWith("cannot"));
}

export function troubled(plan: PlanView): StepView[] {
  return plan.steps.filter(({ state }) => state === "failed" || state === "undo failed" || state === "would fail");
}

/** What takes back what has been begun, the last first. */
export function wayBack(plan: PlanView): StepView[] {
  const begun = plan.steps.filter(({ state, undo }) => undo !== "" && (state === "done" || state === "at work" || state === "failed"));
  return begun.toReversed();
}

/** From 0 to 100. */
export function progress(plan: PlanView): number {
  const passed = plan.steps.filter(({ state }) => ENDED.has(state)).length;
  return plan.steps.length === 0 ? 100 : Math.round((100 * passed) / plan.steps.length);
}

/** Seconds a step has taken so far; 0 when it has not begun. */
export function lengthOf({ began_s, ended_s }: StepView, now_s: number): number {
  if (began_s === 0) return 0;
  return Math.max(0, (ended_s === 0 ? now_s : ended_s) - began_s);
}
