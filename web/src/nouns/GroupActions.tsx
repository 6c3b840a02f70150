import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { lazy, Suspense, useState } from "react";

import { useCatalogue, type Declaration } from "@/api/catalogue";
import { useT, useWords } from "@/i18n";

const GroupDialog = lazy(() => import("./GroupDialog"));

type Props = { noun: string; names: ReadonlySet<string>; clear: () => void };

/** What can be done to many at once: intents that ask for nothing but the object. */
export function GroupActions({ noun, names, clear }: Props) {
  const { t } = useT();
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const [chosen, choose] = useState<Declaration>();
  const actions = useCatalogue().actionsOn(noun).filter(asksForNoMore);
  if (actions.length === 0) return null;
  return (
    <>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        toggle={(ref) => (
          <MenuToggle ref={ref} isDisabled={names.size === 0} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t("list.withSelected", { count: names.size })}
          </MenuToggle>
        )}
      >
        <DropdownList>
          {actions.map((action) => (
            <DropdownItem key={action.verb} isDanger={action.verb === "remove"} onClick={() => choose(action)}>
              {words.verb(action.verb)}
            </DropdownItem>
          ))}
        </DropdownList>
      </Dropdown>
      {chosen ? (
        <Suspense>
          <GroupDialog
            intent={chosen} names={[...names]}
            close={(isDone) => {
              choose(undefined);
              if (isDone) clear();
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function asksForNoMore({ schema, subject, verb }: Declaration): boolean {
  return verb !== "edit" && (schema.required ?? []).every((name) => name === subject);
}
