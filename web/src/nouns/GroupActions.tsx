import { DropdownItem, DropdownList } from "@patternfly/react-core";
import { lazy, Suspense, useRef, useState } from "react";

import { useCatalogue, type Declaration } from "@/api/catalogue";
import { MenuButton } from "@/frame/MenuButton";
import { useT, useWords } from "@/i18n";

const GroupDialog = lazy(() => import("./GroupDialog"));

type Props = { noun: string; names: ReadonlySet<string>; clear: () => void };

/** What can be done to many at once. */
export function GroupActions({ noun, names, clear }: Props) {
  const { t } = useT();
  const words = useWords();
  const [chosen, choose] = useState<Declaration>();
  const button = useRef<HTMLButtonElement>(null);
  const actions = useCatalogue().actionsOnMany(noun);
  if (actions.length === 0) return null;
  return (
    <>
      <MenuButton ref={button} label={t("list.withSelected", { count: names.size })}>
        <DropdownList>
          {actions.map((action) => (
            <DropdownItem key={action.verb} isDanger={action.verb === "remove"} onClick={() => choose(action)}>
              {words.verb(action.verb)}
            </DropdownItem>
          ))}
        </DropdownList>
      </MenuButton>
      {chosen ? (
        <Suspense>
          <GroupDialog
            intent={chosen} names={[...names]}
            close={(isDone) => {
              choose(undefined);
              if (isDone) clear();
              setTimeout(() => (button.current ?? document.querySelector<HTMLElement>(".q-table-scroll"))?.focus()); // its menu is gone by now
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
