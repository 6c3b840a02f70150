/** How far the machine has come that this plan is about: its boot milestones. */
import { ProgressStep, ProgressStepper } from "@patternfly/react-core";

import { useFoundList } from "@/api/lists";
import type { PlanView, ResourceRow } from "@/api/types";
import { useT, useWords } from "@/i18n";

/** In the order a machine reaches them on its way from power-on to an appliance's own init. */
export const MILESTONES = [
  "script", "kernel", "initrd", "registered", "uplink", "root-found", "root-mounted", "handed-over", "init",
] as const;

/** Firmware that boots the volume itself: nothing of ours runs there that could tell more. */
const BY_FIRMWARE = ["script", "san"] as const;

export function milestonesOf(milestone: string): readonly (typeof MILESTONES | typeof BY_FIRMWARE)[number][] {
  return milestone === "san" ? BY_FIRMWARE : MILESTONES;
}

export function BootTrack({ plan }: { plan: PlanView }) {
  const { t } = useT();
  const words = useWords();
  const resources = useFoundList<ResourceRow>("resource", {}, plan.state === "running");
  const machine = resources?.find((row) => isAbout(plan.about, row));
  if (plan.state !== "running" || !machine) return null;
  const milestones = milestonesOf(machine.milestone);
  const reached = milestones.findIndex((each) => each === machine.milestone);
  return (
    <section className="q-track" aria-label={t("plan.milestones")}>
      <h2 className="q-track-title">{t("plan.milestonesOf", { name: machine.name })}</h2>
      <ProgressStepper isCenterAligned aria-label={t("plan.milestones")}>
        {milestones.map((each, index) => (
          <ProgressStep
            key={each} id={`milestone-${each}`} titleId={`milestone-${each}-title`} isCurrent={index === reached}
            variant={index < reached ? "success" : index === reached ? "info" : "pending"} aria-label={words.state(each)}
          >
            {words.state(each)}
          </ProgressStep>
        ))}
      </ProgressStepper>
    </section>
  );
}

function isAbout(about: string, row: ResourceRow): boolean {
  return about === `resource/${row.name}` || about === `vm/${row.name}` || (row.claimed_by !== "" && about === `appliance/${row.claimed_by}`);
}
