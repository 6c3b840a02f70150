import {
  BanIcon, CheckCircleIcon, ExclamationCircleIcon, OutlinedCircleIcon, SyncAltIcon, UndoIcon,
} from "@patternfly/react-icons";
import type { ReactElement } from "react";

import { useWords } from "@/i18n";

const SIGNS: Record<string, ReactElement> = {
  "found so": <CheckCircleIcon className="q-calm" />,
  "already so": <CheckCircleIcon className="q-calm" />,
  done: <CheckCircleIcon className="q-good" />,
  "at work": <SyncAltIcon className="q-busy q-turning" />,
  "taking back": <UndoIcon className="q-busy" />,
  undone: <UndoIcon className="q-calm" />,
  kept: <CheckCircleIcon className="q-calm" />,
  skipped: <BanIcon className="q-warn" />,
  failed: <ExclamationCircleIcon className="q-danger" />,
  "would fail": <ExclamationCircleIcon className="q-danger" />,
  "undo failed": <ExclamationCircleIcon className="q-danger" />,
};

export function StepSign({ state }: { state: string }) {
  const words = useWords();
  return (
    <span className="q-step-sign" role="img" aria-label={words.state(state)}>
      {SIGNS[state] ?? <OutlinedCircleIcon className="q-calm" />}
    </span>
  );
}
