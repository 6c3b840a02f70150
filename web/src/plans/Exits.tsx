/** A stuck plan waits for somebody: the four ways out, each with when to take it. */
import { Alert, Button, TextInput } from "@patternfly/react-core";
import { BanIcon, FlagIcon, RedoIcon, UndoIcon } from "@patternfly/react-icons";
import { useState, type ReactElement } from "react";

import { useMay } from "@/api/session";
import type { PlanView } from "@/api/types";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";
import { ProblemView } from "@/problems/ProblemView";

import { exitOf, needsReason, useDecide, type Verb } from "./decide";
import { troubled } from "./facts";

const SIGNS: Record<Verb, ReactElement> = {
  retry: <RedoIcon />, skip: <BanIcon />, undo: <UndoIcon />, abandon: <FlagIcon />,
};

export function Exits({ plan }: { plan: PlanView }) {
  const { t } = useT();
  const may = useMay();
  if (plan.state !== "stuck") return null;
  const failed = troubled(plan)[0];
  return (
    <section className="q-exits" aria-label={t("exits.title")}>
      <Alert isInline variant="warning" title={t("exits.title")} className="q-problem">
        <p className="q-problem-what"><Told text={failed ? `${failed.what}: ${failed.note}` : plan.note} /></p>
        <p>{failed?.hint ? <Told text={failed.hint} /> : t("exits.lead")}</p>
      </Alert>
      <div className="q-exit-row">
        {(["retry", "skip", "undo", "abandon"] as const)
          .filter((verb) => plan.can.includes(verb) && may("plan", verb))
          .map((verb) => <Exit key={verb} verb={verb} plan={plan} step={failed?.id ?? ""} />)}
      </div>
    </section>
  );
}

function Exit({ verb, plan, step }: { verb: Verb; plan: PlanView; step: string }) {
  const { t } = useT();
  const decide = useDecide(plan.id);
  const [because, setBecause] = useState("");
  const isReasoned = needsReason(verb);
  return (
    <article className={`q-exit q-exit-${verb}`}>
      <h3>{SIGNS[verb]} {t(`exits.${verb}`)}</h3>
      <p>{t(`exits.${verb}When`)}</p>
      {isReasoned ? (
        <TextInput
          aria-label={t("exits.because")} placeholder={t("exits.because")} value={because}
          onChange={(_, value) => setBecause(value)}
        />
      ) : null}
      {decide.error ? <ProblemView error={decide.error} /> : null}
      <Button
        variant={verb === "retry" ? "primary" : "secondary"} isDanger={verb === "abandon"} isLoading={decide.isPending}
        isDisabled={decide.isPending || (isReasoned && because.trim() === "")}
        onClick={() => decide.mutate(exitOf(verb, step, because))}
      >
        {t(`exits.${verb}`)}
      </Button>
    </article>
  );
}
