import { List, ListItem } from "@patternfly/react-core";
import { BellIcon, ExclamationTriangleIcon, InfoCircleIcon } from "@patternfly/react-icons";

import type { PlanView } from "@/api/types";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";

import { alreadySo, irreversible, notices } from "./facts";

/** What to know before saying yes. */
export function PlanFacts({ plan }: { plan: PlanView }) {
  const { t } = useT();
  const so = alreadySo(plan);
  return (
    <List isPlain className="q-facts">
      {irreversible(plan).map(({ id, what, undo }) => (
        <ListItem key={id} icon={<ExclamationTriangleIcon className="q-danger" />}>
          <strong><Told text={what} /></strong>: <Told text={undo} />
        </ListItem>
      ))}
      {notices(plan).map((notice) => (
        <ListItem key={notice} icon={<BellIcon className="q-warn" />}>
          {t("plan.notice")}: <Told text={notice} />
        </ListItem>
      ))}
      {plan.state === "abandoned" ? (
        <ListItem icon={<ExclamationTriangleIcon className="q-warn" />}><Told text={plan.note} /></ListItem>
      ) : null}
      <ListItem icon={<InfoCircleIcon />}>
        {t("plan.steps", { count: plan.steps.length })}
        {so > 0 ? `, ${t("plan.alreadySo", { count: so })}` : ""}
        {". "}
        {plan.on_failure === "undo" ? t("plan.failsUndo") : t("plan.failsHold")}
      </ListItem>
    </List>
  );
}
