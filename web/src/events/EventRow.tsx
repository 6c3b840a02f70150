import { Button } from "@patternfly/react-core";
import { CheckIcon } from "@patternfly/react-icons";

import { useMay } from "@/api/session";
import type { Event } from "@/api/types";
import { LinkButton } from "@/frame/LinkButton";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { AboutLink, Moment } from "@/nouns/Cell";
import { StateLabel } from "@/nouns/StateLabel";

import { isOpen } from "./EventPage";
import type { useAcknowledge } from "./useAcknowledge";

type Props = { event: Event; acknowledge: ReturnType<typeof useAcknowledge> };

export function EventRow({ event, acknowledge }: Props) {
  const words = useWords();
  const { t } = useT();
  const may = useMay();
  const count = event.count;
  return (
    <li className={`q-event q-event-${event.severity}`}>
      <StateLabel state={event.severity} />
      <div className="q-event-body">
        <p><Told text={event.text} /></p>
        <p className="q-quiet">
          <Moment seconds={event.at_s} />
          {count > 1 ? ` · ${count}×` : ""} · {event.topic} · <AboutLink about={event.about} />
          {event.user ? ` · ${event.user}` : ""}
          {event.acknowledged_by ? ` · ${t("events.seenBy", { user: event.acknowledged_by })}` : ""}
        </p>
      </div>
      <div className="q-buttons">
        {event.plan ? (
          <LinkButton
            variant="link" isInline
            to="/plan/$name" params={{ name: event.plan }}
          >
            {event.topic === "plan.stuck" ? t("events.solve") : t("events.plan", { id: event.plan })}
          </LinkButton>
        ) : null}
        {isOpen(event) && may("event", "acknowledge") ? (
          <Button
            variant="plain" icon={<CheckIcon />} aria-label={t("events.acknowledge", { text: words.told(event.text) })}
            onClick={() => acknowledge.mutate([event.name])}
          />
        ) : null}
      </div>
    </li>
  );
}
