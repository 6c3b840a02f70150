import { Divider, DropdownList } from "@patternfly/react-core";
import { Fragment } from "react";

import { useCatalogue } from "@/api/catalogue";
import { LinkButton } from "@/frame/LinkButton";
import { MenuButton } from "@/frame/MenuButton";
import { leadsTo } from "@/frame/start";
import { useT, useWords } from "@/i18n";

import { ActionItem, takesAway } from "./ActionItem";

/** Most used first; what destroys comes last and behind the menu. */
const FIRST = ["start", "stop", "power-on", "reboot", "enable", "clone", "edit", "set-password", "set-role"];
const BUTTONS = 3;
const DISTURBING = new Set(["stop", "reboot", "power-off", "disable"]);
/** Not among the first while the object is in one of these states; the menu still has it. */
const IDLE_THEN: Record<string, string[]> = {
  start: ["running", "starting", "started"],
  stop: ["stopped", "stopping", "enabled", "disabled"],
  "power-on": ["idle", "assigned", "booting"],
  "power-off": ["off"],
  reboot: ["off", "unknown"],
};

type Props = { noun: string; name: string; state: string };

export function DetailActions({ noun, name, state }: Props) {
  const { t } = useT();
  const words = useWords();
  const actions = useCatalogue().actionsOn(noun).toSorted((one, other) => rank(one.verb) - rank(other.verb));
  const shown = actions.filter(({ verb }) => !takesAway(verb) && !IDLE_THEN[verb]?.includes(state)).slice(0, BUTTONS);
  const rest = actions.filter((each) => !shown.includes(each));
  return (
    <div className="q-buttons">
      {shown.map(({ verb, subject, title }, index) => (
        <LinkButton
          key={verb} variant={index === 0 && !DISTURBING.has(verb) ? "primary" : "secondary"} title={words.told(title)}
          to="/do/$noun/$verb" params={{ noun, verb }} search={{ [subject]: name }}
        >
          {words.verb(verb)}
        </LinkButton>
      ))}
      {rest.length > 0 ? (
        <MenuButton label={t("list.more")} {...leadsTo(noun, rest)}>
          <DropdownList>
            {rest.map((each) => (
              <Fragment key={each.verb}>
                {each.verb === "remove" && rest.length > 1 ? <Divider component="li" /> : null}
                <ActionItem action={each} name={name} />
              </Fragment>
            ))}
          </DropdownList>
        </MenuButton>
      ) : null}
    </div>
  );
}

function rank(verb: string): number {
  const index = FIRST.indexOf(verb);
  return index >= 0 ? index : verb === "remove" ? 100 : takesAway(verb) ? 60 : 50;
}
