import { Button } from "@patternfly/react-core";
import { RedoIcon } from "@patternfly/react-icons";

import { useMay } from "@/api/session";
import type { PlanView, StepView } from "@/api/types";
import { useT } from "@/i18n";

import { useDecide } from "./decide";

/** Where more than one step has failed, each can be tried again by itself. */
export function StepExits({ plan, step }: { plan: PlanView; step: StepView }) {
  const { t } = useT();
  const may = useMay();
  const decide = useDecide(plan.id);
  const isStuckHere = plan.state === "stuck" && (step.state === "failed" || step.state === "undo failed");
  if (!isStuckHere || !may("plan", "retry")) return null;
  return (
    <Button variant="link" isInline icon={<RedoIcon />} isLoading={decide.isPending} onClick={() => decide.mutate({ verb: "retry", step: step.id })}>
      {t("exits.retryStep")}
    </Button>
  );
}
