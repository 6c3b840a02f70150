import { Card, CardBody, CardHeader, CardTitle, Skeleton } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";

import { ask } from "@/api/client";
import type { CheckRow } from "@/api/types";
import { useT } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

import { CheckLine } from "./CheckLine";

export const CHECKS = ["checks"] as const;

/** Each part is looked at by itself: the one that takes seconds holds up no other. */
export function PartCard({ part }: { part: CheckRow["part"] }) {
  const { t } = useT();
  const found = useQuery({
    queryKey: [...CHECKS, part], queryFn: () => ask<CheckRow[]>("site/check", { part }), staleTime: 0, retry: false,
  });
  return (
    <li>
      <Card>
        <CardHeader><CardTitle component="h2">{t(`setup.${part}`)}</CardTitle></CardHeader>
        <CardBody>
          {found.error ? <ProblemView error={found.error} retry={() => void found.refetch()} /> : null}
          {found.isPending ? <Skeleton height="1.5rem" screenreaderText={t("app.loading")} /> : null}
          {found.data?.length === 0 ? <p className="q-quiet">{t("setup.nothing")}</p> : null}
          <ul className="q-checks">
            {found.data?.map((check) => <CheckLine key={`${check.about} ${check.looked_at}`} check={check} />)}
          </ul>
        </CardBody>
      </Card>
    </li>
  );
}
