import type { AriaLabelConfig } from "@xyflow/react";
import { useMemo } from "react";

import { useT } from "@/i18n";

/** What pictures say to a screen reader, and their buttons to who points at them. */
export function useFlowWords(): Partial<AriaLabelConfig> {
  const { t } = useT();
  return useMemo(() => ({
    "node.a11yDescription.default": t("picture.choose"),
    "controls.ariaLabel": t("picture.tools"),
    "controls.zoomIn.ariaLabel": t("picture.nearer"),
    "controls.zoomOut.ariaLabel": t("picture.farther"),
    "controls.fitView.ariaLabel": t("picture.whole"),
    "minimap.ariaLabel": t("picture.map"),
  }), [t]);
}
