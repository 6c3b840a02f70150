import { Card, CardBody, CardHeader, CardTitle, Grid, GridItem, PageSection, Title } from "@patternfly/react-core";
import { useQueries } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { ask } from "@/api/client";
import { showKey, useFoundList, useShown } from "@/api/lists";
import type { PluginDetails, PluginRow } from "@/api/types";
import { Trail } from "@/frame/Trail";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { HistoryCard } from "@/nouns/HistoryCard";
import { StateLabel } from "@/nouns/StateLabel";
import { ProblemView } from "@/problems/ProblemView";
import { OpenqrmError } from "@/api/problem";

import { isEnabled, neededBy, needsOf } from "./dependencies";
import { PluginActions } from "./PluginActions";
import { SettingsCard } from "./SettingsCard";

export function PluginPage() {
  const { name = "" } = useParams({ strict: false });
  return <Plugin key={name} plugin={useShown<PluginDetails>("plugin", name)} />;
}

function Plugin({ plugin }: { plugin: PluginDetails }) {
  const { t } = useT();
  const words = useWords();
  const known = useKnown(plugin);
  const needs = needsOf(plugin.name, known);
  const lacking = needs.filter((each) => !isEnabled(known.get(each)?.standing));
  const isWell = ["disabled", "enabled", "started"].includes(plugin.standing);
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Trail noun="plugin" />
          <Title headingLevel="h1">{plugin.name} <StateLabel state={plugin.standing} /></Title>
          <p className="q-lead"><Told text={plugin.summary} /></p>
        </div>
        <PluginActions name={plugin.name} standing={plugin.standing} dependencies={lacking.length} />
      </PageSection>
      <PageSection>
        {isWell ? null : <ProblemView error={new OpenqrmError("unsupported", plugin.because, plugin.hint)} />}
        <Grid hasGutter>
          <GridItem lg={7} md={12}>{isWell ? <SettingsCard name={plugin.name} /> : null}</GridItem>
          <GridItem lg={5} md={12}>
            <div className="q-column">
              <Card>
                <CardHeader><CardTitle component="h2">{t("plugins.dependencies")}</CardTitle></CardHeader>
                <CardBody>
                  <Names title={t("plugins.needs")} names={needs} known={known} />
                  <Names title={t("plugins.neededBy")} names={neededBy(plugin.name, known)} known={known} />
                  <p className="q-quiet">
                    {t("plugins.gives")}: {plugin.drivers.map((each) => words.state(each)).join(", ") || t("plugins.service")}
                  </p>
                </CardBody>
              </Card>
              <HistoryCard noun="plugin" name={plugin.name} />
            </div>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}

function useKnown(plugin: PluginDetails): ReadonlyMap<string, PluginDetails> {
  const names = (useFoundList<PluginRow>("plugin") ?? []).map(({ name }) => name).filter((name) => name !== plugin.name);
  const shown = useQueries({
    queries: names.map((name) => ({ queryKey: showKey("plugin", name), queryFn: () => ask<PluginDetails>("plugin/show", { name }) })),
  });
  return new Map([plugin, ...shown.flatMap(({ data }) => data ?? [])].map((each) => [each.name, each]));
}

type NamesProps = { title: string; names: readonly string[]; known: ReadonlyMap<string, PluginDetails> };

function Names({ title, names, known }: NamesProps) {
  const { t } = useT();
  return (
    <div className="q-names">
      <h3>{title}</h3>
      {names.length === 0 ? <p className="q-quiet">{t("plugins.nothing")}</p> : null}
      <ul>
        {names.map((name) => (
          <li key={name}>
            <Link to="/plugin/$name" params={{ name }}>{name}</Link> <StateLabel state={known.get(name)?.standing ?? "absent"} />
          </li>
        ))}
      </ul>
    </div>
  );
}
