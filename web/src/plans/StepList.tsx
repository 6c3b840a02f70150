import type { ReactNode } from "react";

import type { PlanView, StepView } from "@/api/types";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";
import { renderLength } from "@/i18n/format";
import { StateLabel } from "@/nouns/StateLabel";

import { lengthOf } from "./facts";
import { StepSign } from "./StepSign";
import { useNow } from "./useNow";

type Props = { plan: PlanView; exits?: (step: StepView) => ReactNode };

/** Every step: what, why, what was seen, how long, and what takes it back. */
export function StepList({ plan, exits }: Props) {
  const { t } = useT();
  return (
    <ol className="q-steps" aria-label={t("plan.stepsTitle")}>
      {plan.steps.map((step) => (
        <li key={step.id} className={`q-step q-step-${step.state.replace(/ /g, "-")}`}>
          <StepSign state={step.state} />
          <StepBody step={step}>{exits?.(step)}</StepBody>
        </li>
      ))}
    </ol>
  );
}

function StepBody({ step, children }: { step: StepView; children: ReactNode }) {
  const { t } = useT();
  const isQuiet = step.state === "waiting" || step.state === "done" || step.state === "would change";
  return (
    <div className="q-step-body">
      <div className="q-step-line">
        <span className="q-step-what"><Told text={step.what} /></span>
        {step.optional ? <span className="q-quiet">{t("plan.optional")}</span> : null}
        <span className="q-step-end">
          <StepTime step={step} />
          {isQuiet ? null : <StateLabel state={step.state} />}
        </span>
      </div>
      <p className="q-step-why"><Told text={step.why} /></p>
      {step.note ? <p className="q-step-note"><Told text={step.note} /></p> : null}
      {step.hint ? <p className="q-step-hint"><Told text={step.hint} /></p> : null}
      {step.undo ? (
        <details className="q-step-undo">
          <summary>{t("plan.wayBack")}</summary>
          <Told text={step.undo} />
        </details>
      ) : null}
      {children}
    </div>
  );
}

function StepTime({ step }: { step: StepView }) {
  const isAtWork = step.state === "at work" || step.state === "taking back";
  const now = useNow(isAtWork);
  const length = lengthOf(step, now);
  return length > 0 ? <span className="q-step-time">{renderLength(length)}</span> : null;
}
