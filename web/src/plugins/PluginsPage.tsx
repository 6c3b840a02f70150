/** All plugins by category, and how each stands. */
import { Card, CardBody, CardFooter, CardHeader, CardTitle, Gallery, PageSection, SearchInput, Title } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useList } from "@/api/lists";
import type { PluginRow } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { StateLabel } from "@/nouns/StateLabel";
import { matches } from "@/nouns/useRows";

import { PluginActions } from "./PluginActions";

export function PluginsPage() {
  const { t } = useT();
  const words = useWords();
  const [filter, setFilter] = useState("");
  const plugins = useList("plugin") as PluginRow[];
  const shown = plugins.filter((plugin) => matches("plugin", plugin, filter.trim().toLowerCase()));
  const categories = [...Map.groupBy(shown, ({ category }) => category)].sort(([one], [other]) => one.localeCompare(other));
  const enabled = plugins.filter(({ standing }) => standing === "enabled" || standing === "started").length;
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{words.nouns("plugin")}</Title>
          <p className="q-count">{t("plugins.count", { count: plugins.length, enabled })}</p>
        </div>
        <SearchInput
          className="q-filter" value={filter} placeholder={t("list.filter")} aria-label={t("list.filter")}
          onChange={(_, text) => setFilter(text)} onClear={() => setFilter("")}
        />
      </PageSection>
      <PageSection>
        {categories.map(([category, some]) => (
          <section key={category} className="q-category" aria-label={words.state(category)}>
            <h2>{words.state(category || "other")}</h2>
            <Gallery hasGutter minWidths={{ default: "19rem" }}>
              {some.map((plugin) => <PluginCard key={plugin.name} plugin={plugin} />)}
            </Gallery>
          </section>
        ))}
      </PageSection>
    </>
  );
}

function PluginCard({ plugin }: { plugin: PluginRow }) {
  const isWell = ["disabled", "enabled", "started"].includes(plugin.standing);
  return (
    <Card isFullHeight className={`q-plugin q-plugin-${plugin.standing}`}>
      <CardHeader actions={{ actions: <StateLabel state={plugin.standing} />, hasNoOffset: true }}>
        <CardTitle component="h3">
          <Link to="/plugin/$name" params={{ name: plugin.name }}>{plugin.name}</Link>
        </CardTitle>
      </CardHeader>
      <CardBody>
        <Told text={plugin.summary} />
        {isWell ? null : <p className="q-step-hint"><Told text={plugin.because} /></p>}
      </CardBody>
      <CardFooter>
        <PluginActions name={plugin.name} standing={plugin.standing} />
      </CardFooter>
    </Card>
  );
}
