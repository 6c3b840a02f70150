import { FormGroup, TextInput } from "@patternfly/react-core";

import { useT } from "@/i18n";

type Props = { phrase: string; typed: string; setTyped: (typed: string) => void };

/** What cannot be taken back is typed, not clicked. */
export function ConfirmInput({ phrase, typed, setTyped }: Props) {
  const { t } = useT();
  return (
    <div className="q-confirm">
      <FormGroup label={<>{t("form.typeToConfirm")} <code>{phrase}</code></>} fieldId="confirm">
        <TextInput
          id="confirm" value={typed} onChange={(_, value) => setTyped(value)} autoComplete="off"
          validated={typed === "" ? "default" : typed === phrase ? "success" : "warning"}
        />
      </FormGroup>
    </div>
  );
}
