import { Card, CardBody, CardHeader, CardTitle, Progress } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";

import { ask } from "@/api/client";
import { showKey } from "@/api/lists";
import { useLoadOf } from "@/api/load";
import type { ResourceDetails, Row } from "@/api/types";
import { percent } from "@/dashboard/totals";
import { useT, useWords } from "@/i18n";
import { renderMib } from "@/i18n/format";

import { Cell, Moment } from "./Cell";

const PAIRS = ["load_1", "uptime_s", "hostname", "nics"];

/** What a machine reported last, and when: it changes with each report. */
export function LoadCard({ resource }: { resource: string }) {
  const { t } = useT();
  const words = useWords();
  useLoadOf(`observation/${resource}`);
  const seen = useQuery({
    queryKey: showKey("resource", resource),
    queryFn: () => ask<ResourceDetails>("resource/show", { name: resource }),
  }).data?.seen;
  const said: Row = seen?.statistics ?? {};
  if (Object.keys(said).length === 0) return null;
  return (
    <Card>
      <CardHeader actions={{ actions: <small className="q-quiet">{t("detail.heard")} <Moment seconds={seen?.last_seen_s ?? 0} /></small>, hasNoOffset: true }}>
        <CardTitle component="h2">{t("detail.load")}</CardTitle>
      </CardHeader>
      <CardBody>
        {said["cpu_percent"] === undefined ? null : <Progress value={Math.min(100, figure(said["cpu_percent"]))} title={t("detail.cpu")} size="sm" />}
        <Share title={t("detail.memory")} used={figure(said["memory_used_mib"])} total={figure(said["memory_total_mib"])} />
        <Share title={t("detail.swap")} used={figure(said["swap_used_mib"])} total={figure(said["swap_total_mib"])} />
        <dl className="q-pairs-of">
          {PAIRS.filter((name) => said[name]).map((name) => (
            <div key={name}>
              <dt>{words.column(name)}</dt>
              <dd><Cell kind={typeof said[name] === "number" ? "number" : "text"} noun="" column={name} value={said[name]} /></dd>
            </div>
          ))}
        </dl>
      </CardBody>
    </Card>
  );
}

function Share({ title, used, total }: { title: string; used: number; total: number }) {
  if (total === 0) return null;
  return <Progress value={percent(used, total)} title={title} label={`${renderMib(used)} / ${renderMib(total)}`} size="sm" />;
}

function figure(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
