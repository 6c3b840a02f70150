import { Button, Switch, useWizardContext } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useT, useWords } from "@/i18n";
import { StepSign } from "@/plans/StepSign";
import { ProblemView } from "@/problems/ProblemView";

import { startsNow, wishesOf, type Wish } from "./draft";
import { forget } from "./left";
import { useCarryOut, type Progress } from "./useCarryOut";
import type { PartProps } from "./WizardPage";

/** All that is about to happen, in order; then how far it has come. */
export function ReviewPart({ draft, set }: PartProps) {
  const { t } = useT();
  const navigate = useNavigate();
  const { goToPrevStep } = useWizardContext();
  const [wishes, setWishes] = useState<readonly Wish[]>();
  const shown = wishes ?? wishesOf(draft);
  const { steps, error, isAtWork, carryOut, takeBack } = useCarryOut(shown);
  const made = steps.filter(({ state }) => state === "done").length;
  const go = async () => {
    setWishes(shown); // what was asked for does not change while it is carried out
    forget();
    const plan = await carryOut();
    if (plan) await navigate({ to: "/plan/$name", params: { name: plan.id } });
  };
  return (
    <div className="q-part">
      <ol className="q-wishes">
        {shown.map((wish, index) => <WishLine key={`${wish.noun}.${wish.verb}`} wish={wish} step={steps[index]} />)}
      </ol>
      <Switch
        id="wizard-start" label={t("wizard.startNow")} isChecked={startsNow(draft)}
        isDisabled={isAtWork || made > 0 || draft.rootFrom === "empty"}
        onChange={(_, on) => set({ isStarted: on })}
      />
      {error ? <ProblemView error={error} /> : null}
      <div className="q-buttons">
        <Button variant="secondary" isDisabled={isAtWork || made > 0} onClick={() => void goToPrevStep()}>{t("wizard.back")}</Button>
        <Button onClick={() => void go()} isLoading={isAtWork} isDisabled={isAtWork || (error !== undefined && made > 0)}>
          {t("form.carryOut")}
        </Button>
        {error && made > 0 ? (
          <Button variant="secondary" isDisabled={isAtWork} onClick={() => void takeBack()}>{t("wizard.takeBack", { count: made })}</Button>
        ) : null}
      </div>
    </div>
  );
}

function WishLine({ wish, step }: { wish: Wish; step: Progress | undefined }) {
  const words = useWords();
  const told = Object.entries(wish.body).filter(([name, value]) => name !== "name" && value !== "" && value !== 0 && value !== false);
  return (
    <li>
      <StepSign state={step?.state ?? "waiting"} />
      <div>
        <strong>{words.noun(wish.noun)} {String(wish.body["name"])}: {words.verb(wish.verb)}</strong>
        <p className="q-quiet">{told.map(([name, value]) => `${words.column(name)}: ${String(value)}`).join(" · ")}</p>
      </div>
    </li>
  );
}
