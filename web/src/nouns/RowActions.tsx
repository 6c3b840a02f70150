import { Dropdown, DropdownList, MenuToggle } from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons";
import { useEffect, useRef, useState, type RefObject } from "react";

import { useCatalogue } from "@/api/catalogue";
import { useT } from "@/i18n";

import { ActionItem } from "./ActionItem";
import { keepLook } from "./kept";

type Props = { noun: string; name: string };

/** All that may be done to one object. */
export function RowActions({ noun, name }: Props) {
  const { t } = useT();
  const [isAsked, setAsked] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  return (
    <>
      <MenuToggle
        ref={toggle} variant="plain" isExpanded={isAsked} onClick={() => setAsked(!isAsked)}
        aria-label={t("list.actionsOf", { name })} icon={<EllipsisVIcon />}
      />
      {isAsked ? <Actions noun={noun} name={name} toggle={toggle} close={() => setAsked(false)} /> : null}
    </>
  );
}

type ActionsProps = Props & { toggle: RefObject<HTMLButtonElement | null>; close: () => void };

/** Made when it is asked for: one for each row in view takes longer than the rows themselves. */
function Actions({ noun, name, toggle, close }: ActionsProps) {
  const actions = useCatalogue().actionsOn(noun);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const soon = setTimeout(() => setOpen(true)); // it finds its place by the change from closed to open
    return () => clearTimeout(soon);
  }, []);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={close}
      onSelect={close}
      popperProps={{ position: "right", appendTo: () => document.body }}
      toggle={{ toggleNode: null, toggleRef: toggle }}
    >
      <DropdownList>
        {actions.map((each) => <ActionItem key={each.verb} action={each} name={name} leave={() => keepLook(noun, { opened: name })} />)}
      </DropdownList>
    </Dropdown>
  );
}
