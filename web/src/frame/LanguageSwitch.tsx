import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";

import { LANGUAGES, speak, useT, type Language } from "@/i18n";

export function LanguageSwitch() {
  const { t, language } = useT();
  return (
    <ToggleGroup aria-label={t("app.language")} isCompact>
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <ToggleGroupItem
          key={each} text={LANGUAGES[each]} buttonId={`language-${each}`} isSelected={language === each}
          onChange={() => void speak(each)}
        />
      ))}
    </ToggleGroup>
  );
}
