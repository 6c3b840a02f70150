import { Button, Divider, Dropdown, DropdownItem, DropdownList, MenuToggle, TextInput } from "@patternfly/react-core";
import { useState, type SyntheticEvent } from "react";

import { useSession } from "@/api/session";
import { useT } from "@/i18n";

import { keepViews, viewsOf, withView, type View } from "./views";

type Props = { noun: string; now: Omit<View, "name">; show: (view: View) => void };

/** What the list shows now under a name, and back to it. */
export function SavedViews({ noun, now, show }: Props) {
  const { t } = useT();
  const { user } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [views, setViews] = useState(() => viewsOf(user, noun));
  const change = (after: View[]) => {
    keepViews(user, noun, after);
    setViews(after);
  };
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    change(withView(views, { ...now, name: name.trim() }));
    setName("");
    setOpen(false);
  };
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      popperProps={{ position: "right" }}
      toggle={(ref) => <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>{t("views.title")}</MenuToggle>}
    >
      <DropdownList>
        {views.map((view) => (
          <DropdownItem key={view.name} onClick={() => { show(view); setOpen(false); }}>{view.name}</DropdownItem>
        ))}
        {views.length === 0 ? <DropdownItem isDisabled>{t("views.none")}</DropdownItem> : null}
        {views.map((view) => (
          <DropdownItem key={`remove ${view.name}`} isDanger onClick={() => change(views.filter((each) => each !== view))}>
            {t("views.forget", { name: view.name })}
          </DropdownItem>
        ))}
      </DropdownList>
      <Divider />
      <form onSubmit={save} className="q-view-form">
        <TextInput value={name} onChange={(_, text) => setName(text)} aria-label={t("views.name")} placeholder={t("views.name")} maxLength={60} />
        <Button type="submit" size="sm" variant="secondary">{t("views.save")}</Button>
      </form>
    </Dropdown>
  );
}
