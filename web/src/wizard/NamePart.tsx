import { Form, FormGroup, FormHelperText, HelperText, HelperTextItem, Switch, TextInput } from "@patternfly/react-core";

import { useFoundList } from "@/api/lists";
import type { ApplianceDetails } from "@/api/types";
import { useT } from "@/i18n";

import { isComplete } from "./draft";
import type { PartProps } from "./WizardPage";

export function NamePart({ draft, set }: PartProps) {
  const { t } = useT();
  const isTaken = useFoundList<ApplianceDetails>("appliance")?.some(({ appliance }) => appliance.name === draft.name) ?? false;
  const isWrong = draft.name !== "" && !isComplete("name", draft);
  return (
    <Form onSubmit={(event) => event.preventDefault()} className="q-part">
      <FormGroup label={t("wizard.name")} fieldId="wizard-name" isRequired>
        <TextInput
          id="wizard-name" value={draft.name} autoComplete="off" isRequired onChange={(_, name) => set({ name })}
          validated={isWrong || isTaken ? "error" : "default"} aria-describedby="wizard-name-help"
        />
        <FormHelperText>
          <HelperText id="wizard-name-help">
            <HelperTextItem variant={isWrong || isTaken ? "error" : "default"}>
              {isTaken ? t("wizard.taken") : isWrong ? t("fault.name") : t("wizard.nameHint")}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <FormGroup label={t("wizard.available")} fieldId="wizard-available">
        <Switch
          id="wizard-available" label={t("wizard.availableHint")} isChecked={draft.highly_available}
          onChange={(_, on) => set({ highly_available: on })}
        />
      </FormGroup>
    </Form>
  );
}
