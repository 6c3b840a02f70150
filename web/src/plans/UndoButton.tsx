import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { UndoIcon } from "@patternfly/react-icons";
import { useState } from "react";

import { useMay } from "@/api/session";
import type { PlanView } from "@/api/types";
import { useT } from "@/i18n";
import { ProblemView } from "@/problems/ProblemView";

import { useDecide } from "./decide";

/** Takes back what a plan has done, or what it has begun; shows first what that is. */
export function UndoButton({ plan }: { plan: PlanView }) {
  const { t } = useT();
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const decide = useDecide(plan.id);
  const begun = plan.steps.filter(({ state }) => state === "done" || state === "at work" || state === "failed").toReversed();
  if (plan.state === "stuck" || !plan.can.includes("undo") || !may("plan", "undo")) return null;
  const go = () => decide.mutate({ verb: "undo" }, { onSuccess: () => setOpen(false) });
  return (
    <>
      <Button variant="secondary" icon={<UndoIcon />} onClick={() => setOpen(true)}>
        {plan.state === "done" ? t("plan.undo") : t("plan.stopAndUndo")}
      </Button>
      <Modal isOpen={isOpen} variant="medium" onClose={() => setOpen(false)} aria-labelledby="undo-title">
        <ModalHeader labelId="undo-title" title={t("plan.undoTitle", { title: plan.title })} description={t("plan.undoLead")} />
        <ModalBody>
          <ol className="q-undo-list">
            {begun.filter(({ undo }) => undo).map(({ id, undo }) => <li key={id}>{undo}</li>)}
          </ol>
          {decide.error ? <ProblemView error={decide.error} /> : null}
        </ModalBody>
        <ModalFooter>
          <Button isLoading={decide.isPending} onClick={go}>{t("plan.undo")}</Button>
          <Button variant="link" onClick={() => setOpen(false)}>{t("app.cancel")}</Button>
        </ModalFooter>
      </Modal>
    </>
  );
}
