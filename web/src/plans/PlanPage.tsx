import { Card, CardBody, CardHeader, CardTitle, Grid, GridItem, PageSection, Progress, Skeleton, Title } from "@patternfly/react-core";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import type { PlanView } from "@/api/types";
import { Trail } from "@/frame/Trail";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";
import { renderLength } from "@/i18n/format";
import { AboutLink, Moment } from "@/nouns/Cell";
import { PlanLabel } from "@/nouns/StateLabel";

import { AgainButton } from "./AgainButton";
import { BootTrack } from "./BootTrack";
import { Exits } from "./Exits";
import { progress } from "./facts";
import { PlanFacts } from "./PlanFacts";
import { StepExits } from "./StepExits";
import { StepList } from "./StepList";
import { UndoButton } from "./UndoButton";
import { useNow } from "./useNow";
import { usePlan } from "./usePlan";

const StepGraph = lazy(() => import("./StepGraph"));

export function PlanPage() {
  const { t } = useT();
  const { name = "" } = useParams({ strict: false });
  const plan = usePlan(name);
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Trail noun="plan" />
          <Title headingLevel="h1">
            <Told text={plan.title} /> <PlanLabel state={plan.state} />
          </Title>
          <Circumstances plan={plan} />
        </div>
        <div className="q-buttons">
          <UndoButton plan={plan} />
          <AgainButton plan={plan} />
        </div>
      </PageSection>
      <PageSection>
        {plan.state === "running" ? (
          <Progress value={progress(plan)} aria-label={t("plan.progress")} size="sm" className="q-progress" />
        ) : null}
        <Exits plan={plan} />
        <BootTrack plan={plan} />
        <Grid hasGutter>
          <GridItem xl={6} md={12}>
            <Card>
              <CardHeader><CardTitle component="h2">{t("plan.stepsTitle")}</CardTitle></CardHeader>
              <CardBody>
                <PlanFacts plan={plan} />
                <StepList plan={plan} exits={(step) => <StepExits plan={plan} step={step} />} />
              </CardBody>
            </Card>
          </GridItem>
          <GridItem xl={6} md={12}>
            <Card className="q-graph-card">
              <CardHeader><CardTitle component="h2">{t("plan.graph")}</CardTitle></CardHeader>
              <CardBody>
                <Suspense fallback={<Skeleton height="24rem" screenreaderText={t("app.loading")} />}>
                  <StepGraph plan={plan} />
                </Suspense>
              </CardBody>
            </Card>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}

function Circumstances({ plan }: { plan: PlanView }) {
  const { t } = useT();
  const isRunning = plan.state === "running";
  const now = useNow(isRunning);
  const { created_s, finished_s } = plan;
  const length = (finished_s > 0 ? finished_s : now) - created_s;
  return (
    <p className="q-lead">
      {t("plan.number", { id: plan.id })} · <AboutLink about={plan.about} /> · {t("plan.askedBy", { user: plan.asked_by })}{" "}
      <Moment seconds={created_s} />
      {plan.asked_from ? ` · ${plan.asked_from}` : ""}
      {finished_s > 0 || isRunning ? ` · ${renderLength(length)}` : ""}
      {plan.reason ? ` · ${t("plan.saidWhy", { reason: plan.reason })}` : ""}
    </p>
  );
}
