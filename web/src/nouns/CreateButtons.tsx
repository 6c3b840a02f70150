import { Button } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { useCatalogue } from "@/api/catalogue";
import { useMay } from "@/api/session";
import { useT, useWords } from "@/i18n";

/** What makes a new one; an appliance is made with the wizard, too. */
export function CreateButtons({ noun }: { noun: string }) {
  const { t } = useT();
  const words = useWords();
  const may = useMay();
  const intents = useCatalogue().actionsWithout(noun);
  const hasWizard = noun === "appliance" && may("appliance", "create");
  return (
    <div className="q-buttons">
      {hasWizard ? (
        <Button component={(props) => <Link {...props} to="/new-appliance" />}>{t("wizard.title")}</Button>
      ) : null}
      {intents.map(({ verb }, index) => (
        <Button
          key={verb} variant={index === 0 && !hasWizard ? "primary" : "secondary"}
          component={(props) => <Link {...props} to="/do/$noun/$verb" params={{ noun, verb }} />}
        >
          {words.verb(verb)}
        </Button>
      ))}
    </div>
  );
}
