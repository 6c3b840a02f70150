import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useCatalogue } from "@/api/catalogue";
import { useT, useWords } from "@/i18n";

/** All that may be done to one object. */
export function RowActions({ noun, name }: { noun: string; name: string }) {
  const { t } = useT();
  const words = useWords();
  const navigate = useNavigate();
  const actions = useCatalogue().actionsOn(noun);
  const [isOpen, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "right", appendTo: () => document.body }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref} variant="plain" isExpanded={isOpen} onClick={() => setOpen(!isOpen)}
          aria-label={t("list.actionsOf", { name })} icon={<EllipsisVIcon />}
        />
      )}
    >
      <DropdownList>
        {actions.map(({ verb, subject, title }) => (
          <DropdownItem
            key={verb} description={words.told(title)} isDanger={verb === "remove"}
            onClick={() => void navigate({ to: "/do/$noun/$verb", params: { noun, verb }, search: { [subject]: name } })}
          >
            {words.verb(verb)}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
