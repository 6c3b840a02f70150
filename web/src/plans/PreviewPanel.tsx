/** What would happen: beside the form, before anything does. */
import { Card, CardBody, CardHeader, CardTitle, EmptyState, EmptyStateBody, Skeleton } from "@patternfly/react-core";
import { ListIcon } from "@patternfly/react-icons";

import type { Shown } from "@/forms/usePreview";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";
import { ProblemView } from "@/problems/ProblemView";

import { PlanFacts } from "./PlanFacts";
import { StepList } from "./StepList";

type Props = { shown: Shown; isReady: boolean; decides: boolean };

export function PreviewPanel({ shown, isReady, decides }: Props) {
  const { t } = useT();
  return (
    <Card className="q-preview" aria-live="polite">
      <CardHeader>
        <CardTitle component="h2">{t("preview.title")}</CardTitle>
      </CardHeader>
      <CardBody>
        <Inside shown={shown} isReady={isReady} decides={decides} />
      </CardBody>
    </Card>
  );
}

function Inside({ shown, isReady, decides }: Props) {
  const { t } = useT();
  if (decides) return <p>{t("preview.decides")}</p>;
  if (!isReady) {
    return (
      <EmptyState variant="sm" icon={ListIcon} titleText={t("preview.notYet")} headingLevel="h3">
        <EmptyStateBody>{t("preview.notYetHint")}</EmptyStateBody>
      </EmptyState>
    );
  }
  if (shown.error) return <ProblemView error={shown.error} retry={() => void shown.refetch()} />;
  if (!shown.data) return <Skeleton height="12rem" screenreaderText={t("app.loading")} />;
  const { plan } = shown.data;
  return (
    <div className={shown.isPlaceholderData ? "q-fading" : undefined}>
      <p className="q-preview-title"><Told text={plan.title} /></p>
      <PlanFacts plan={plan} />
      <StepList plan={plan} />
    </div>
  );
}
