import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { useFoundList } from "@/api/lists";
import type { Event, PlanRow } from "@/api/types";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";

import { Moment } from "./Cell";
import { PlanLabel, StateLabel } from "./StateLabel";

type Props = { noun: string; name: string };
const MOST = 12;

/** Every plan that has had a hand on this object: what, who, why, when. */
export function HistoryCard({ noun, name }: Props) {
  const { t } = useT();
  const plans = useFoundList<PlanRow>("plan", { touching: `${noun}/${name}`, limit: MOST });
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("detail.history")}</CardTitle></CardHeader>
      <CardBody>
        {plans?.length === 0 ? <p className="q-quiet">{t("detail.noHistory")}</p> : null}
        <ul className="q-happened">{plans?.map((plan) => <PlanLine key={plan.id} plan={plan} />)}</ul>
      </CardBody>
    </Card>
  );
}

export function PlanLine({ plan }: { plan: PlanRow }) {
  const { t } = useT();
  return (
    <li>
      <PlanLabel state={plan.state} />
      <span className="q-happened-what">
        <Link to="/plan/$name" params={{ name: plan.id }}><Told text={plan.title} /></Link>
        {plan.state === "stuck" ? <Told text={plan.note} /> : null}
        <small>
          {plan.asked_by} · <Moment seconds={plan.created_s} />
          {plan.reason ? ` · ${t("plan.saidWhy", { reason: plan.reason })}` : ""}
        </small>
      </span>
    </li>
  );
}

export function EventsCard({ noun, name }: Props) {
  const { t } = useT();
  const events = useFoundList<Event>("event", { about: `${noun}/${name}`, limit: MOST });
  if (!events || events.length === 0) return null;
  return (
    <Card>
      <CardHeader><CardTitle component="h2">{t("detail.events")}</CardTitle></CardHeader>
      <CardBody>
        <ul className="q-happened">{events.map((event) => <EventLine key={event.name} event={event} />)}</ul>
      </CardBody>
    </Card>
  );
}

export function EventLine({ event }: { event: Event }) {
  return (
    <li>
      <StateLabel state={event.severity} />
      <span className="q-happened-what">
        <Told text={event.text} />
        <small>
          {event.topic} · <Moment seconds={event.at_s} />
          {event.count > 1 ? ` · ${event.count}×` : ""}
        </small>
      </span>
    </li>
  );
}
