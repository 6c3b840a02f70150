/** What has happened, what nobody has seen to yet, and the way to the plan behind it. */
import { Button, EmptyState, PageSection, SearchInput, Title, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { BellIcon } from "@patternfly/react-icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { ask } from "@/api/client";
import { listKey } from "@/api/lists";
import { useMay } from "@/api/session";
import type { Event } from "@/api/types";
import { PageSkeleton } from "@/frame/PageSkeleton";
import { useT, useWords } from "@/i18n";
import { matches } from "@/nouns/useRows";
import { ProblemView } from "@/problems/ProblemView";

import { EventRow } from "./EventRow";
import { useAcknowledge } from "./useAcknowledge";

const SEVERITIES = ["error", "warning", "notice", "info"] as const;
const PAGE = 100;
const MOST = 1000;

export function EventPage() {
  const { t } = useT();
  const may = useMay();
  const [severity, setSeverity] = useState("");
  const [isOpenOnly, setOpenOnly] = useState(false);
  const said = useSearch({ strict: false })["q"];
  const [filter, setFilter] = useState(typeof said === "string" ? said : "");
  const [limit, setLimit] = useState(PAGE);
  const params = { severity, open: isOpenOnly, limit };
  const events = useQuery({
    queryKey: listKey("event", params),
    queryFn: () => ask<Event[]>("event/list", params),
    placeholderData: keepPreviousData,
  });
  const acknowledge = useAcknowledge();
  const shown = (events.data ?? []).filter((event) => matches("event", event, filter.trim().toLowerCase()));
  const open = shown.filter(isOpen);
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{t("events.title")}</Title>
          <p className="q-count">{t("events.openCount", { count: open.length })}</p>
        </div>
        {open.length > 0 && may("event", "acknowledge") ? (
          <Button variant="secondary" isLoading={acknowledge.isPending} onClick={() => acknowledge.mutate(open.map(({ name }) => name))}>
            {t("events.acknowledgeAll")}
          </Button>
        ) : null}
      </PageSection>
      <PageSection>
        <div className="q-toolbar">
          <SearchInput
            className="q-filter" value={filter} placeholder={t("list.filter")} aria-label={t("list.filter")}
            onChange={(_, text) => setFilter(text)} onClear={() => setFilter("")}
          />
          <Severities chosen={severity} choose={setSeverity} />
          <ToggleGroup aria-label={t("events.openOnly")} isCompact>
            <ToggleGroupItem text={t("events.openOnly")} buttonId="open-only" isSelected={isOpenOnly} onChange={(_, on) => setOpenOnly(on)} />
          </ToggleGroup>
        </div>
        {events.error ? <ProblemView error={events.error} retry={() => void events.refetch()} /> : null}
        {events.isPending ? <PageSkeleton /> : null}
        {events.data && shown.length === 0 ? (
          <EmptyState icon={BellIcon} titleText={t("events.none")} headingLevel="h2" />
        ) : (
          <ul className="q-events">{shown.map((event) => <EventRow key={event.name} event={event} acknowledge={acknowledge} />)}</ul>
        )}
        {events.data?.length === limit && limit < MOST ? (
          <Button variant="link" onClick={() => setLimit(limit + PAGE)}>{t("events.older")}</Button>
        ) : null}
      </PageSection>
    </>
  );
}

function Severities({ chosen, choose }: { chosen: string; choose: (severity: string) => void }) {
  const { t } = useT();
  const words = useWords();
  return (
    <ToggleGroup aria-label={words.column("severity")} isCompact>
      <ToggleGroupItem text={t("list.all")} buttonId="severity-all" isSelected={chosen === ""} onChange={() => choose("")} />
      {SEVERITIES.map((each) => (
        <ToggleGroupItem key={each} text={words.state(each)} buttonId={`severity-${each}`} isSelected={chosen === each} onChange={() => choose(each)} />
      ))}
    </ToggleGroup>
  );
}

/** Errors and warnings wait for somebody to see to them. */
export function isOpen({ severity, acknowledged_by }: Event): boolean {
  return (severity === "error" || severity === "warning") && !acknowledged_by;
}
