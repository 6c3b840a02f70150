/** Short words about what has just become of something, from anywhere. */
import { Alert, AlertActionCloseButton, AlertGroup } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";

import { errorOf } from "@/api/problem";
import { useT } from "@/i18n";
import { Told } from "@/i18n/Told";

type Toast = { id: number; variant: "success" | "info" | "warning" | "danger"; title: ReactNode; body?: ReactNode };

const STAYS_MS = 8000;
let shown: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

export function toast(variant: Toast["variant"], title: ReactNode, body?: ReactNode): void {
  const id = next++;
  change([...shown, { id, variant, title, body }]);
  if (variant !== "danger") setTimeout(() => dismiss(id), STAYS_MS);
}

export function toastError(error: unknown): void {
  const { message, hint } = errorOf(error);
  toast("danger", <Told text={message} />, <Told text={hint} />);
}

function dismiss(id: number): void {
  change(shown.filter((each) => each.id !== id));
}

function change(now: readonly Toast[]): void {
  shown = now;
  listeners.forEach((tell) => tell());
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function ToastShelf() {
  const { t } = useT();
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <AlertGroup isToast isLiveRegion aria-label={t("app.news")}>
      {toasts.map(({ id, variant, title, body }) => (
        <Alert key={id} variant={variant} title={title} actionClose={<AlertActionCloseButton onClose={() => dismiss(id)} />}>
          {body}
        </Alert>
      ))}
    </AlertGroup>
  );
}
