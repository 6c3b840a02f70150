import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { CheckCircleIcon } from "@patternfly/react-icons";
import { Link } from "@tanstack/react-router";

import type { Summary } from "@/api/types";
import { useT } from "@/i18n";
import { EventLine, PlanLine } from "@/nouns/HistoryCard";

/** Stuck plans first, then errors and warnings that nobody has seen to. */
export function AttentionCard({ summary }: { summary: Summary }) {
  const { t } = useT();
  const count = (summary.plans["stuck"] ?? 0) + (summary.events["error"] ?? 0) + (summary.events["warning"] ?? 0);
  return (
    <Card className={count > 0 ? "q-attention" : undefined}>
      <CardHeader actions={{ actions: <Link to="/event">{t("events.title")}</Link>, hasNoOffset: true }}>
        <CardTitle component="h2">{t("dashboard.attention")}</CardTitle>
      </CardHeader>
      <CardBody>
        {count === 0 ? (
          <p className="q-well"><CheckCircleIcon className="q-good" /> {t("dashboard.noAttention")}</p>
        ) : (
          <ul className="q-happened">
            {summary.stuck.slice(0, 5).map((plan) => <PlanLine key={plan.id} plan={plan} />)}
            {summary.attention.slice(0, 6).map((event) => <EventLine key={event.name} event={event} />)}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}
