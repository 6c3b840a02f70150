import { useMutation, useQueryClient } from "@tanstack/react-query";

import { give, type Body } from "@/api/client";
import { showKey } from "@/api/lists";

export type Verb = "retry" | "skip" | "undo" | "abandon";

/** Whether somebody has to say why. */
export function needsReason(verb: Verb): boolean {
  return verb === "skip" || verb === "abandon";
}

/** A stuck plan's exit: only skipping is about one step. */
export function exitOf(verb: Verb, step: string, because: string): { verb: Verb } & Body {
  return { verb, ...(verb === "skip" ? { step } : {}), ...(needsReason(verb) ? { because } : {}) };
}

/** A decision about a plan: carried out at once; its page goes on from there, or that of the plan that takes it back. */
export function useDecide(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, ...more }: { verb: Verb } & Body) => give("plan", verb, { id, ...more }),
    onSuccess: ({ plan }) => client.setQueryData(showKey("plan", plan.id), plan),
  });
}
