import { RedoIcon } from "@patternfly/react-icons";

import { useCatalogue } from "@/api/catalogue";
import type { PlanView } from "@/api/types";
import { LinkButton } from "@/frame/LinkButton";
import { useT } from "@/i18n";

/** Of a plan that has ended: the same wish once more, planned from how things are now. */
export function AgainButton({ plan }: { plan: PlanView }) {
  const { t } = useT();
  const [noun = "", verb = ""] = plan.intent.split(".", 2);
  const isAllowed = useCatalogue().find(noun, verb)?.allowed;
  if (!isAllowed || !plan.wish || plan.state === "running" || plan.state === "stuck") return null;
  return (
    <LinkButton
      variant={plan.state === "done" ? "secondary" : "primary"} icon={<RedoIcon />}
      to="/do/$noun/$verb" params={{ noun, verb }} search={{ again: plan.id }}
    >
      {t("plan.again")}
    </LinkButton>
  );
}
