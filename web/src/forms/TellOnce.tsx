import { Alert, ClipboardCopy } from "@patternfly/react-core";

import { LinkButton } from "@/frame/LinkButton";
import { useT, useWords } from "@/i18n";

/** What is told this once, such as a new token. */
export function TellOnce({ told, noun }: { told: Record<string, string>; noun: string }) {
  const { t } = useT();
  const words = useWords();
  return (
    <Alert
      isInline variant="success" title={t("form.toldOnce")}
      actionLinks={<LinkButton variant="secondary" to="/$noun" params={{ noun }}>{t("form.kept")}</LinkButton>}
    >
      {Object.entries(told).map(([name, value]) => (
        <div key={name} className="q-told">
          <strong>{words.column(name)}</strong>
          <ClipboardCopy isReadOnly hoverTip={t("app.copy")} clickTip={t("app.copied")}>{value}</ClipboardCopy>
        </div>
      ))}
    </Alert>
  );
}
