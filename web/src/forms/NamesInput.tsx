import { TextArea } from "@patternfly/react-core";
import { useState } from "react";

import { useT } from "@/i18n";

import type { InputProps } from "./FieldInput";

/** A list of texts, one a line. */
export function NamesInput({ id, value, change, isFaulty }: InputProps) {
  const { t } = useT();
  const [text, setText] = useState(Array.isArray(value) ? value.join("\n") : "");
  const take = (now: string) => {
    setText(now);
    change(now.split("\n").map((line) => line.trim()).filter(Boolean));
  };
  return (
    <TextArea
      id={id} value={text} rows={3} resizeOrientation="vertical" placeholder={t("form.onePerLine")}
      validated={isFaulty ? "error" : "default"} aria-describedby={`${id}-help`} onChange={(_, now) => take(now)}
    />
  );
}
