import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useCatalogue, type Declaration } from "@/api/catalogue";
import { useMay } from "@/api/session";
import { LinkButton } from "@/frame/LinkButton";
import { leadsTo } from "@/frame/start";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";

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
      {rest.length > 0 ? <Rest noun={noun} intents={rest} /> : null}
    </div>
  );
}

function Rest({ noun, intents }: { noun: string; intents: readonly Declaration[] }) {
  const { t } = useT();
  const words = useWords();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "right" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)} {...leadsTo(noun, intents)}>{t("list.more")}</MenuToggle>
      )}
    >
      <DropdownList>
        {intents.map(({ verb, title }) => (
          <DropdownItem
            key={verb} description={<Told text={title} />}
            onClick={() => void navigate({ to: "/do/$noun/$verb", params: { noun, verb } })}
          >
            {words.verb(verb)}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
