/** The data center at a glance: what there is, how it is doing, what is being changed, what needs somebody. */
import { Grid, GridItem, PageSection, Title } from "@patternfly/react-core";
import { useSuspenseQuery } from "@tanstack/react-query";

import { ask } from "@/api/client";
import { useMay, useSession } from "@/api/session";
import type { Summary } from "@/api/types";
import { LinkButton } from "@/frame/LinkButton";
import { useT } from "@/i18n";

import { AttentionCard } from "./AttentionCard";
import { CountCard } from "./CountCard";
import { FirstSteps } from "./FirstSteps";
import { HostsCard } from "./HostsCard";
import { PoolCard } from "./PoolCard";
import { RunningCard } from "./RunningCard";
import { StoragesCard } from "./StoragesCard";
import { conditions } from "./totals";

const REPORTS_EVERY_MS = 10_000; // of machines: sums over them are no change that the stream tells of

export function DashboardPage() {
  const { t } = useT();
  const may = useMay();
  const session = useSession();
  const summary = useSuspenseQuery({
    queryKey: ["summary"],
    queryFn: () => ask<Summary>("site/summary"),
    refetchInterval: REPORTS_EVERY_MS,
  }).data;
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{t("dashboard.title")}</Title>
          <p className="q-count">{t("dashboard.hello", { user: session.user })}</p>
        </div>
        {may("appliance", "create") ? (
          <LinkButton to="/new-appliance">{t("wizard.title")}</LinkButton>
        ) : null}
      </PageSection>
      <PageSection>
        <Grid hasGutter>
          <GridItem span={12}><FirstSteps summary={summary} /></GridItem>
          <GridItem lg={4} md={6}><CountCard noun="appliance" counts={summary.appliances} /></GridItem>
          <GridItem lg={4} md={6}><CountCard noun="resource" counts={conditions(summary.resources)} /></GridItem>
          <GridItem lg={4} md={12}><PoolCard summary={summary} /></GridItem>
          <GridItem xl={8} md={12}>
            <div className="q-column">
              <AttentionCard summary={summary} />
              <RunningCard plans={summary.running} count={summary.plans["running"] ?? 0} />
              <HostsCard hosts={summary.hosts} />
            </div>
          </GridItem>
          <GridItem xl={4} md={12}>
            <StoragesCard storages={summary.storages} />
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}
