/** One way from nothing to a running appliance: nothing is asked twice, and nothing is made before the last page. */
import { PageSection, Title, Wizard, WizardStep } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { Trail } from "@/frame/Trail";
import { useT } from "@/i18n";

import { isComplete, type Draft } from "./draft";
import { forget, peek } from "./left";
import { MachinePart } from "./MachinePart";
import { NamePart } from "./NamePart";
import { ReviewPart } from "./ReviewPart";
import { RootPart } from "./RootPart";

export type PartProps = { draft: Draft; set: (some: Partial<Draft>) => void };

export function WizardPage() {
  const { t } = useT();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(peek);
  const [first] = useState(draft.name === "" ? 1 : 2);
  const set = (some: Partial<Draft>) => {
    forget();
    setDraft((old) => ({ ...old, ...some }));
  };
  useEffect(() => {
    // on a tablet it says which part is shown, and PatternFly calls it "Wizard toggle" over that
    document.querySelector(".pf-v6-c-wizard__toggle")?.removeAttribute("aria-label");
  }, []);
  const hasName = isComplete("name", draft);
  const hasRoot = hasName && isComplete("root", draft);
  const hasMachine = hasRoot && isComplete("machine", draft);
  const words = { nextButtonText: t("wizard.next"), backButtonText: t("wizard.back"), cancelButtonText: t("app.cancel") };
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Trail noun="appliance" />
          <Title headingLevel="h1">{t("wizard.title")}</Title>
          <p className="q-lead">{t("wizard.lead")}</p>
        </div>
      </PageSection>
      <PageSection>
        <Wizard
          className="q-wizard" isVisitRequired startIndex={first} navAriaLabel={t("wizard.title")}
          onClose={() => { forget(); void navigate({ to: "/$noun", params: { noun: "appliance" } }); }}
        >
          <WizardStep id="name" name={t("wizard.name")} footer={{ ...words, isNextDisabled: !hasName }}>
            <NamePart draft={draft} set={set} />
          </WizardStep>
          <WizardStep id="root" name={t("wizard.root")} isDisabled={!hasName} footer={{ ...words, isNextDisabled: !hasRoot }}>
            <RootPart draft={draft} set={set} />
          </WizardStep>
          <WizardStep id="machine" name={t("wizard.machine")} isDisabled={!hasRoot} footer={{ ...words, isNextDisabled: !hasMachine }}>
            <MachinePart draft={draft} set={set} />
          </WizardStep>
          <WizardStep id="review" name={t("wizard.review")} isDisabled={!hasMachine} footer={<></>}>
            <ReviewPart draft={draft} set={set} />
          </WizardStep>
        </Wizard>
      </PageSection>
    </>
  );
}
