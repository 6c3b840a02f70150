/** KEY = VALUE, a line each. */
import { Button, TextInput } from "@patternfly/react-core";
import { MinusCircleIcon, PlusCircleIcon } from "@patternfly/react-icons";

import { isRow } from "@/api/lists";
import { useT } from "@/i18n";

import type { InputProps } from "./FieldInput";

export function PairsInput({ id, value, change }: InputProps) {
  const { t } = useT();
  const pairs = isRow(value) ? Object.entries(value) : [];
  const put = (now: [string, unknown][]) => change(Object.fromEntries(now));
  return (
    <div className="q-pairs" id={id}>
      {pairs.map(([key, each], index) => (
        <div key={index} className="q-pair">
          <TextInput
            aria-label={t("form.key")} placeholder={t("form.key")} value={key}
            onChange={(_, now) => put(pairs.map((pair, at) => (at === index ? [now, pair[1]] : pair)))}
          />
          <TextInput
            aria-label={t("form.value")} placeholder={t("form.value")} value={String(each)}
            onChange={(_, now) => put(pairs.map((pair, at) => (at === index ? [pair[0], now] : pair)))}
          />
          <Button
            variant="plain" icon={<MinusCircleIcon />} aria-label={t("form.removePair")}
            onClick={() => put(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => put([...pairs, ["", ""]])} isDisabled={pairs.some(([key]) => key === "")}>
        {t("form.addPair")}
      </Button>
    </div>
  );
}
