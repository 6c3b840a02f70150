/** Storages, volumes, images, appliances, machines, networks, and how they hang together; or the machines in their racks. */
import { PageSection, SearchInput, Skeleton, Title, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";

import { useCatalogue } from "@/api/catalogue";
import { listing } from "@/api/lists";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";

import { Drawing } from "./Drawing";
import { NothingYet } from "./NothingYet";
import { COLUMNS, pictureOf } from "./picture";
import { racksOf } from "./racks";
import { RackView } from "./RackView";
import { remembered } from "./remembered";
import { StateLegend } from "./StateLegend";

const VIEWS = ["picture", "racks"] as const;

export function TopologyPage() {
  const { t } = useT();
  const words = useWords();
  const client = useQueryClient();
  const catalogue = useCatalogue();
  const nouns = COLUMNS.filter((noun) => catalogue.listed.includes(noun));
  const [view, setView] = useState<(typeof VIEWS)[number]>("picture");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState("");
  const [placesOf] = useState(remembered);
  const wanted = useDeferredValue(filter);
  const lists = useQueries({
    queries: nouns.map((noun) => listing(client, noun)),
    combine: (results) => results.map(({ data }) => data),
  });
  const live = useDeferredValue(lists); // a picture of thousands is drawn when there is time for it
  const picture = useMemo(() => {
    const rows = nouns.map((noun, index): [string, readonly Row[]] => [noun, live[index] ?? []]);
    return pictureOf(new Map(rows), catalogue, wanted, hidden, placesOf);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `nouns` follows from the catalogue
  }, [live, hidden, wanted, catalogue]);
  const machines = live[nouns.indexOf("resource")];
  const racks = useMemo(() => racksOf(machines ?? [], wanted), [machines, wanted]);
  const standing = view === "racks" ? racks.flatMap(({ machines: some }) => some) : picture.boxes;
  const toggle = (noun: string) => setHidden((old) => (old.has(noun) ? new Set([...old].filter((each) => each !== noun)) : new Set([...old, noun])));
  const shown = () => {
    if (!lists.every((list) => list !== undefined)) return <Skeleton height="100%" screenreaderText={t("app.loading")} />;
    if (standing.length === 0) return <p className="q-nothing">{t("list.noneFound")}</p>;
    if (view === "racks") return <RackView racks={racks} />;
    if (picture.lines.length === 0 && wanted === "" && hidden.size === 0) return <NothingYet />;
    return <Drawing boxes={picture.boxes} lines={picture.lines} view={`${wanted} ${[...hidden].join()}`} />;
  };
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{t("nav.topology")}</Title>
          <p className="q-count">
            {t(view === "racks" ? "topology.machines" : "topology.count", { count: standing.length, shown: renderNumber(standing.length) })}
            {picture.more > 0 && view === "picture" ? ` · ${t("topology.more", { count: picture.more, shown: renderNumber(picture.more) })}` : ""}
          </p>
        </div>
        <ToggleGroup aria-label={t("topology.view")}>
          {VIEWS.map((each) => (
            <ToggleGroupItem key={each} text={t(`topology.${each}`)} buttonId={`view-${each}`} isSelected={view === each} onChange={() => setView(each)} />
          ))}
        </ToggleGroup>
      </PageSection>
      <PageSection isFilled className="q-topology-page">
        <div className="q-toolbar">
          <SearchInput
            className="q-filter" value={filter} placeholder={t("list.filter")} aria-label={t("list.filter")}
            onChange={(_, text) => setFilter(text)} onClear={() => setFilter("")}
          />
          {view === "picture" ? (
            <ToggleGroup aria-label={t("topology.show")} isCompact>
              {nouns.map((noun) => (
                <ToggleGroupItem
                  key={noun} text={<span className={`q-swatch q-box-${noun}`}>{words.nouns(noun)}</span>} buttonId={`show-${noun}`}
                  isSelected={!hidden.has(noun)} onChange={() => toggle(noun)}
                />
              ))}
            </ToggleGroup>
          ) : null}
        </div>
        <div className="q-topology">{shown()}</div>
        <StateLegend states={standing.map(({ state }) => state)} />
      </PageSection>
    </>
  );
}
