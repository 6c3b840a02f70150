import { Label, type LabelProps } from "@patternfly/react-core";
import {
  CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon, InfoCircleIcon, InProgressIcon, OffIcon,
  OutlinedCircleIcon, QuestionCircleIcon,
} from "@patternfly/react-icons";
import type { ReactElement } from "react";

import { useWords } from "@/i18n";

type Look = { color: NonNullable<LabelProps["color"]>; icon: ReactElement };

const GOOD: Look = { color: "green", icon: <CheckCircleIcon /> };
const AT_WORK: Look = { color: "blue", icon: <InProgressIcon /> };
const WARNING: Look = { color: "yellow", icon: <ExclamationTriangleIcon /> };
const BAD: Look = { color: "red", icon: <ExclamationCircleIcon /> };
const READY: Look = { color: "teal", icon: <OutlinedCircleIcon /> };
const QUIET: Look = { color: "grey", icon: <OffIcon /> };

/** Colour and sign of every state that anything can be in; what is not here is grey. */
const LOOKS: Record<string, Look> = {
  active: GOOD, running: GOOD, started: GOOD, done: GOOD, online: GOOD, "found so": GOOD,
  idle: READY, enabled: READY, planned: READY, "would change": READY,
  starting: AT_WORK, stopping: AT_WORK, booting: AT_WORK, "at work": AT_WORK, "taking back": AT_WORK, claimed: AT_WORK,
  warning: WARNING, stuck: WARNING, lost: WARNING, "not started": WARNING, unclear: WARNING, skipped: WARNING,
  error: BAD, failed: BAD, "undo failed": BAD, refused: BAD,
  assigned: GOOD, degraded: WARNING, broken: BAD, incompatible: BAD, "already so": GOOD, "would wait": AT_WORK, "would fail": BAD,
  unknown: { color: "grey", icon: <QuestionCircleIcon /> }, "cannot tell yet": { color: "grey", icon: <QuestionCircleIcon /> },
  notice: { color: "grey", icon: <InfoCircleIcon /> }, info: { color: "grey", icon: <InfoCircleIcon /> },
  off: QUIET, stopped: QUIET, disabled: QUIET, undone: QUIET, abandoned: QUIET, absent: QUIET,
};

export function StateLabel({ state }: { state: string }) {
  const words = useWords();
  if (state === "") return null;
  const look = LOOKS[state] ?? { color: "grey" as const, icon: <OutlinedCircleIcon /> };
  return (
    <Label color={look.color} icon={look.icon} isCompact>
      {words.state(state)}
    </Label>
  );
}

/** The same for plans, of which a running one is at work and not good yet. */
export function PlanLabel({ state }: { state: string }) {
  const words = useWords();
  if (state !== "running") return <StateLabel state={state} />;
  return (
    <Label color="blue" icon={<InProgressIcon className="q-turning" />} isCompact>
      {words.state("carried_out")}
    </Label>
  );
}
