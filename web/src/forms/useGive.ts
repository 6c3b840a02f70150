import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import type { Declaration } from "@/api/catalogue";
import { give, type Body, type Wishes } from "@/api/client";
import { isTold } from "@/api/lists";
import type { Outcome } from "@/api/types";
import { toast } from "@/frame/toasts";
import { useT } from "@/i18n";

const COMING_BACK = new Set(["set-up", "new-appliance"]); // whence a form was opened for something missing there

/** Gives an intent and goes where its result is to be seen: the plan while it runs, else what it was about. */
export function useGive(intent: Declaration) {
  const { t } = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const then = useSearch({ strict: false })["then"];
  const [told, setTold] = useState<Record<string, string>>();
  const giving = useMutation({
    mutationFn: ({ body, wishes }: { body: Body; wishes: Wishes }) => give(intent.noun, intent.verb, body, wishes),
    onSuccess: async (outcome) => {
      if (!isTold(intent.noun)) await client.invalidateQueries({ queryKey: ["list", intent.noun] });
      if (Object.keys(outcome.told).length > 0) {
        setTold(outcome.told);
        return;
      }
      if (outcome.plan.state === "done") {
        toast("success", t("form.done"), outcome.plan.title);
        await navigate(typeof then === "string" && COMING_BACK.has(then) ? { to: `/${then}` } : placeOf(intent, outcome));
      } else {
        await navigate({ to: "/plan/$name", params: { name: outcome.plan.id } });
      }
    },
  });
  return { ...giving, told };
}

function placeOf({ noun, verb }: Declaration, { plan }: Outcome) {
  const [kind = noun, name = ""] = plan.about.split("/", 2);
  const isGone = verb === "remove" || name === "";
  if (isGone || kind === "event") return { to: "/$noun" as const, params: { noun: isGone ? noun : kind } };
  return { to: "/$noun/$name" as const, params: { noun: kind, name } };
}
