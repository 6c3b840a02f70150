import { Tooltip } from "@patternfly/react-core";

import { useT } from "@/i18n";

/** Whether changes come by themselves just now. */
export function Liveness({ isLive }: { isLive: boolean }) {
  const { t } = useT();
  return (
    <Tooltip content={isLive ? t("app.liveHint") : t("app.deadHint")}>
      <span className={isLive ? "q-live" : "q-live q-live-off"} role="status" tabIndex={0}>
        <span className="q-live-dot" aria-hidden="true" />
        {isLive ? t("app.live") : t("app.dead")}
      </span>
    </Tooltip>
  );
}
