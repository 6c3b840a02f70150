/** The wizard's wishes one after the other; when one fails, what was made is taken back on demand. */
import { useState } from "react";

import { ask, give } from "@/api/client";
import { errorOf, OpenqrmError } from "@/api/problem";
import type { PlanView } from "@/api/types";

import type { Wish } from "./draft";

const WAIT_S = 300;
export type Progress = { state: "waiting" | "at work" | "done" | "failed" | "undone"; plan?: PlanView };

export function useCarryOut(wishes: readonly Wish[]) {
  const [steps, setSteps] = useState<Progress[]>([]);
  const [error, setError] = useState<OpenqrmError>();
  const [isAtWork, setAtWork] = useState(false);
  const put = (index: number, step: Progress) => setSteps((old) => old.map((each, at) => (at === index ? step : each)));

  /** Resolves to the last plan, which may still run. */
  const carryOut = async (): Promise<PlanView | undefined> => {
    setError(undefined);
    setAtWork(true);
    setSteps(wishes.map(() => ({ state: "waiting" })));
    try {
      return await oneByOne(wishes, put);
    } catch (thrown) {
      setError(errorOf(thrown));
      setSteps((old) => old.map((each) => (each.state === "at work" ? { ...each, state: "failed" } : each)));
      return undefined;
    } finally {
      setAtWork(false);
    }
  };

  const takeBack = async () => {
    setAtWork(true);
    try {
      for (const [index, { plan, state }] of [...steps.entries()].reverse()) {
        if (!plan || state !== "done") continue;
        await ended((await give("plan", "undo", { id: plan.id }, { wait: WAIT_S })).plan);
        put(index, { state: "undone", plan });
      }
      setError(undefined);
    } catch (thrown) {
      setError(errorOf(thrown));
    } finally {
      setAtWork(false);
    }
  };
  return { steps, error, isAtWork, carryOut, takeBack };
}

async function oneByOne(wishes: readonly Wish[], put: (index: number, step: Progress) => void): Promise<PlanView | undefined> {
  let last: PlanView | undefined;
  for (const [index, { noun, verb, body }] of wishes.entries()) {
    put(index, { state: "at work" });
    const isLast = index === wishes.length - 1;
    const { plan } = await give(noun, verb, body, isLast ? {} : { wait: WAIT_S });
    last = isLast ? plan : await ended(plan);
    put(index, { state: last.state === "running" ? "at work" : "done", plan: last });
  }
  return last;
}

/** The plan, when it has come to a good end. */
async function ended(plan: PlanView): Promise<PlanView> {
  const now = plan.state === "running" ? await ask<PlanView>("plan/show", { id: plan.id }) : plan;
  if (now.state === "done" || now.state === "undone") return now;
  const failed = now.steps.find(({ state }) => state === "failed");
  throw new OpenqrmError("unavailable", failed?.note ?? (now.note || now.title), failed?.hint ?? "");
}
