import { Button, Modal, ModalBody, ModalFooter, ModalHeader, Skeleton } from "@patternfly/react-core";
import { UndoIcon } from "@patternfly/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { preview } from "@/api/client";
import type { OpenqrmError } from "@/api/problem";
import { useMay } from "@/api/session";
import type { PlanView, Preview } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { ProblemView } from "@/problems/ProblemView";

import { useDecide } from "./decide";
import { wayBack } from "./facts";

/** Takes back what a plan has done, or what it has begun; shows first what that is. */
export function UndoButton({ plan }: { plan: PlanView }) {
  const words = useWords();
  const { t } = useT();
  const may = useMay();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const decide = useDecide(plan.id);
  const isReversed = plan.state === "done" && plan.reversal !== null;
  const shown = useReversal(plan, isOpen && isReversed);
  if (plan.state === "stuck" || !plan.can.includes("undo") || !may("plan", "undo")) return null;
  const go = () =>
    decide.mutate({ verb: "undo" }, {
      onSuccess: (outcome) => {
        setOpen(false);
        if (outcome.plan.id !== plan.id) void navigate({ to: "/plan/$name", params: { name: outcome.plan.id } });
      },
    });
  const error = shown.error ?? decide.error;
  return (
    <>
      <Button variant="secondary" icon={<UndoIcon />} onClick={() => setOpen(true)}>
        {plan.state === "done" ? t("plan.undo") : t("plan.stopAndUndo")}
      </Button>
      <Modal isOpen={isOpen} variant="medium" onClose={() => setOpen(false)} aria-labelledby="undo-title">
        <ModalHeader labelId="undo-title" title={t("plan.undoTitle", { title: words.told(plan.title) })} description={t("plan.undoLead")} />
        <ModalBody>
          {isReversed ? <Reversal shown={shown.data} isReady={!shown.isPending} /> : <WayBack plan={plan} />}
          {error ? <ProblemView error={error} /> : null}
        </ModalBody>
        <ModalFooter>
          <Button isLoading={decide.isPending} isDisabled={isReversed && !shown.data} onClick={go}>{t("plan.undo")}</Button>
          <Button variant="link" onClick={() => setOpen(false)}>{t("app.cancel")}</Button>
        </ModalFooter>
      </Modal>
    </>
  );
}

/** What the plan would do that takes it back. */
function useReversal(plan: PlanView, isWanted: boolean) {
  return useQuery<Preview, OpenqrmError>({
    queryKey: ["preview", "plan", "undo", plan.id],
    queryFn: () => preview("plan", "undo", { id: plan.id }, false),
    enabled: isWanted,
    retry: false,
    gcTime: 0,
  });
}

function Reversal({ shown, isReady }: { shown: Preview | undefined; isReady: boolean }) {
  const { t } = useT();
  if (!shown) return isReady ? null : <Skeleton height="6rem" screenreaderText={t("app.loading")} />;
  return (
    <>
      <p className="q-preview-title"><Told text={shown.plan.title} /></p>
      <ol className="q-undo-list">{shown.plan.steps.map(({ id, what }) => <li key={id}><Told text={what} /></li>)}</ol>
    </>
  );
}

function WayBack({ plan }: { plan: PlanView }) {
  return <ol className="q-undo-list">{wayBack(plan).map(({ id, undo }) => <li key={id}><Told text={undo} /></li>)}</ol>;
}
