import { DropdownList } from "@patternfly/react-core";

import { useCatalogue } from "@/api/catalogue";
import { useMay } from "@/api/session";
import { LinkButton } from "@/frame/LinkButton";
import { MenuButton } from "@/frame/MenuButton";
import { leadsTo } from "@/frame/start";
import { useT, useWords } from "@/i18n";

import { ActionItem } from "./ActionItem";

const BUTTONS = 2;

/** What makes a new one; an appliance is made with the wizard, too. What is wanted more seldom stands behind a menu. */
export function CreateButtons({ noun }: { noun: string }) {
  const { t } = useT();
  const words = useWords();
  const may = useMay();
  const intents = useCatalogue().actionsWithout(noun);
  const hasWizard = noun === "appliance" && may("appliance", "create");
  const shown = intents.length > BUTTONS ? intents.slice(0, 1) : intents;
  const rest = intents.slice(shown.length);
  return (
    <div className="q-buttons">
      {hasWizard ? (
        <LinkButton to="/new-appliance">{t("wizard.title")}</LinkButton>
      ) : null}
      {shown.map(({ verb, title }, index) => (
        <LinkButton
          key={verb} variant={index === 0 && !hasWizard ? "primary" : "secondary"} title={words.told(title)}
          to="/do/$noun/$verb" params={{ noun, verb }}
        >
          {words.verb(verb)}
        </LinkButton>
      ))}
      {rest.length > 0 ? (
        <MenuButton label={t("list.more")} {...leadsTo(noun, rest)}>
          <DropdownList>{rest.map((each) => <ActionItem key={each.verb} action={each} />)}</DropdownList>
        </MenuButton>
      ) : null}
    </div>
  );
}
