import { Form } from "@patternfly/react-core";

import { useFoundList } from "@/api/lists";
import type { ResourceRow } from "@/api/types";
import { useT } from "@/i18n";

import { ChoiceTile } from "./ChoiceTile";
import { PickField } from "./PickField";
import type { PartProps } from "./WizardPage";

/** What it runs on, and with which kernel. */
export function MachinePart({ draft, set }: PartProps) {
  const { t } = useT();
  const idle = useFoundList<ResourceRow>("resource")?.filter(({ condition }) => condition === "idle") ?? [];
  const fitting = idle.filter((row) => row.cpu_count >= draft.cpu_count && row.memory_mib >= draft.memory_mib);
  const number = (name: "cpu_count" | "memory_mib") => (
    <PickField name={name} told={{ type: "integer", minimum: 0 }} value={draft[name]} change={(value) => set({ [name]: Number(value) })} />
  );
  return (
    <Form onSubmit={(event) => event.preventDefault()} className="q-part">
      <ChoiceTile
        group="machine" id="any" title={t("wizard.machine_any")} told={t("wizard.machine_anyHint")}
        isChosen={draft.machine === "any"} choose={() => set({ machine: "any" })}
      >
        {number("cpu_count")}
        {number("memory_mib")}
        <p className={fitting.length === 0 ? "q-step-hint" : "q-quiet"}>{t("wizard.fitting", { count: fitting.length })}</p>
      </ChoiceTile>
      <ChoiceTile
        group="machine" id="this" title={t("wizard.machine_this")} told={t("wizard.machine_thisHint")}
        isChosen={draft.machine === "this"} choose={() => set({ machine: "this" })}
      >
        <PickField name="resource" isRequired told={{ type: "string", "x-noun": "resource" }} value={draft.resource} change={(value) => set({ resource: String(value) })} />
      </ChoiceTile>
      <PickField
        name="kernel" told={{ type: "string", "x-noun": "kernel", description: t("wizard.kernelHint") }} value={draft.kernel}
        change={(value) => set({ kernel: String(value) })}
      />
    </Form>
  );
}
