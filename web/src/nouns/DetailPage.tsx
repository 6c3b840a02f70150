import { Grid, GridItem, PageSection, Title } from "@patternfly/react-core";
import { useParams } from "@tanstack/react-router";

import { useCatalogue } from "@/api/catalogue";
import { isRow, nameOf, useList, useShown } from "@/api/lists";
import { useLoadOf } from "@/api/load";
import { OpenqrmError } from "@/api/problem";
import type { Row } from "@/api/types";
import { Trail } from "@/frame/Trail";
import { useT, useWords } from "@/i18n";
import { TerminalButtons } from "@/terminals/TerminalButtons";

import { flat, stateColumn } from "./columns";
import { DetailActions } from "./DetailActions";
import { FactsCard } from "./FactsCard";
import { HistoryCard, EventsCard } from "./HistoryCard";
import { LoadCard } from "./LoadCard";
import { PanelsCard } from "./PanelsCard";
import { RelatedCard } from "./RelatedCard";
import { StateLabel } from "./StateLabel";
import { TableCards } from "./TableCards";

export function DetailPage() {
  const { noun = "", name = "" } = useParams({ strict: false });
  const catalogue = useCatalogue();
  if (!catalogue.listed.includes(noun)) throw new OpenqrmError("not_found", noun);
  const Source = catalogue.find(noun, "show") ? Shown : Listed;
  return <Source key={`${noun}/${name}`} noun={noun} name={name} />;
}

type Props = { noun: string; name: string };

function Shown({ noun, name }: Props) {
  return <Detail noun={noun} name={name} object={useShown(noun, name)} />;
}

function Listed({ noun, name }: Props) {
  const object = useList(noun).find((row) => nameOf(noun, row) === name);
  if (!object) throw new OpenqrmError("not_found", `${noun} ${name}`);
  return <Detail noun={noun} name={name} object={object} />;
}

function Detail({ noun, name, object }: Props & { object: Row }) {
  const { t } = useT();
  const words = useWords();
  const row = flat(noun, object);
  const state = row[stateColumn([row]) ?? ""];
  const { wanted, observed } = split(noun, object);
  const machine = machineOf(noun, name, row);
  useLoadOf(noun === "host" ? `host/${name}` : "");
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Trail noun={noun} />
          <Title headingLevel="h1">
            <span className="q-kind">{words.noun(noun)}</span> {name}{" "}
            {typeof state === "string" ? <StateLabel state={state} /> : null}
          </Title>
          {typeof row["comment"] === "string" && row["comment"] ? <p className="q-lead">{row["comment"]}</p> : null}
        </div>
        <div className="q-buttons">
          <TerminalButtons machine={machine} />
          <DetailActions noun={noun} name={name} state={typeof state === "string" ? state : ""} />
        </div>
      </PageSection>
      <PageSection>
        <Grid hasGutter>
          <GridItem lg={7} md={12}>
            <div className="q-column">
              {observed ? <FactsCard noun={noun} title={t("detail.observed")} facts={observed} /> : null}
              <FactsCard noun={noun} title={observed ? t("detail.wanted") : t("detail.facts")} facts={wanted} />
              {machine ? <LoadCard key={machine} resource={machine} /> : null}
              <TableCards noun={noun} name={name} />
              <PanelsCard noun={noun} name={name} />
            </div>
          </GridItem>
          <GridItem lg={5} md={12}>
            <div className="q-column">
              <HistoryCard noun={noun} name={name} />
              <RelatedCard noun={noun} name={name} row={row} />
              <EventsCard noun={noun} name={name} />
            </div>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}

/** The machine behind an object; of an appliance the one it runs on. */
function machineOf(noun: string, name: string, row: Row): string {
  if (noun === "appliance") return typeof row["resource"] === "string" ? row["resource"] : "";
  return ["resource", "host", "vm"].includes(noun) ? name : "";
}

/** The record is what was wanted; what stands beside it was observed. Its load has a card of its own. */
function split(noun: string, object: Row): { wanted: Row; observed: Row | undefined } {
  const { [noun]: record, ...beside } = object;
  if (!isRow(record)) return { wanted: object, observed: undefined };
  const { seen, ...more } = beside;
  const facts = Object.entries(isRow(seen) ? seen : {}).filter(([fact]) => fact !== "statistics");
  return { wanted: record, observed: { ...more, ...Object.fromEntries(facts) } };
}
