import { CheckCircleIcon, ExclamationCircleIcon, InfoCircleIcon, OutlinedCircleIcon } from "@patternfly/react-icons";
import type { ReactElement } from "react";

import { useCatalogue } from "@/api/catalogue";
import type { CheckRow, Sentence } from "@/api/types";
import { LinkButton } from "@/frame/LinkButton";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";
import { AboutLink } from "@/nouns/Cell";

const SIGNS: Record<CheckRow["verdict"], ReactElement> = {
  good: <CheckCircleIcon className="q-good" />,
  missing: <OutlinedCircleIcon className="q-warn" />,
  wrong: <ExclamationCircleIcon className="q-danger" />,
  optional: <InfoCircleIcon className="q-calm" />,
};

/** What was seen, and the form that mends it, filled in as far as it is known. */
export function CheckLine({ check }: { check: CheckRow }) {
  const { t } = useT();
  return (
    <li className={`q-check q-check-${check.verdict}`}>
      <span role="img" aria-label={t(`setup.verdict_${check.verdict}`)}>{SIGNS[check.verdict]}</span>
      <div>
        <p>
          {check.about ? <AboutLink about={check.about} /> : <span className="q-kind"><Saying sentence={check.told["looked_at"]} /></span>}{" "}
          <span><Saying sentence={check.told["seen"]} /></span>
        </p>
        {check.do ? <p className="q-quiet"><Saying sentence={check.told["do"]} /></p> : null}
        {check.command ? <code className="q-command">{check.command}</code> : null}
      </div>
      <MendButton check={check} />
    </li>
  );
}

function Saying({ sentence }: { sentence: Sentence | undefined }) {
  return sentence ? <Told text={sentence.text} facts={sentence.facts} /> : null;
}

function MendButton({ check: { intent, fields, verdict } }: { check: CheckRow }) {
  const { t } = useT();
  const [noun = "", verb = ""] = intent.split(".", 2);
  if (!useCatalogue().find(noun, verb)?.allowed) return null;
  const search = { ...Object.fromEntries(fields), then: "set-up" };
  return (
    <LinkButton
      variant={verdict === "optional" ? "secondary" : "primary"} size="sm"
      to="/do/$noun/$verb" params={{ noun, verb }} search={search}
    >
      {t("setup.mend")}
    </LinkButton>
  );
}
