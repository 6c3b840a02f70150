import { Button, Card, CardBody, CardHeader, CardTitle, Label } from "@patternfly/react-core";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

import { ask, send } from "@/api/client";
import { SESSION } from "@/api/session";
import { useT } from "@/i18n";
import { Moment } from "@/nouns/Cell";

import { browserOf } from "./browsers";

type Signed = { id: string; began_s: number; seen_s: number; address: string; agent: string; own: boolean };

/** Where one is signed in. */
export function SessionsCard() {
  const { t } = useT();
  const client = useQueryClient();
  const sessions = useSuspenseQuery({ queryKey: ["sessions"], queryFn: () => ask<Signed[]>("session/list") }).data;
  const end = useMutation({
    mutationFn: () => send("DELETE", "session/all"),
    onSuccess: () => client.setQueryData(SESSION, null),
  });
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("account.sessions")}</CardTitle></CardHeader>
      <CardBody>
        <ul className="q-happened">
          {sessions.map((each) => (
            <li key={each.id}>
              <span className="q-happened-what">
                {each.address} {each.own ? <Label isCompact color="teal">{t("account.thisOne")}</Label> : null}
                <small title={each.agent}>{browserOf(each.agent)}</small>
                <small>{t("account.seen")} <Moment seconds={each.seen_s} /></small>
              </span>
            </li>
          ))}
        </ul>
        <Button variant="secondary" isDanger isLoading={end.isPending} onClick={() => end.mutate()}>{t("account.endAll")}</Button>
      </CardBody>
    </Card>
  );
}
