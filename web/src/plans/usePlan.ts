import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { addressOf, ask } from "@/api/client";
import { showKey } from "@/api/lists";
import type { PlanView } from "@/api/types";

/** A plan as it stands, again whenever it changes. */
export function usePlan(id: string): PlanView {
  const client = useQueryClient();
  const plan = useSuspenseQuery({
    queryKey: showKey("plan", id),
    queryFn: () => ask<PlanView>("plan/show", { id }),
  }).data;
  const isRunning = plan.state === "running";
  useEffect(() => {
    if (!isRunning) return undefined;
    const source = new EventSource(addressOf("plan/watch", { id }));
    source.addEventListener("message", (message: MessageEvent<string>) => {
      const now = JSON.parse(message.data) as PlanView;
      client.setQueryData(showKey("plan", id), now);
      if (now.state !== "running") source.close();
    });
    return () => source.close();
  }, [client, id, isRunning]);
  return plan;
}
