import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import type { PlanRow } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";
import { PlanLine } from "@/nouns/HistoryCard";

export function RunningCard({ plans, count }: { plans: readonly PlanRow[]; count: number }) {
  const { t } = useT();
  const words = useWords();
  return (
    <Card>
      <CardHeader actions={{ actions: <Link to="/$noun" params={{ noun: "plan" }}>{words.nouns("plan")}</Link>, hasNoOffset: true }}>
        <CardTitle component="h2">{t("dashboard.plans")}{count > 0 ? ` (${renderNumber(count)})` : ""}</CardTitle>
      </CardHeader>
      <CardBody>
        {plans.length === 0 ? <p className="q-quiet">{t("dashboard.noPlans")}</p> : null}
        <ul className="q-happened">{plans.slice(0, 8).map((plan) => <PlanLine key={plan.id} plan={plan} />)}</ul>
      </CardBody>
    </Card>
  );
}
