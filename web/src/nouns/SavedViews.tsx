import { Button, Checkbox, Divider, DropdownItem, DropdownList, TextInput } from "@patternfly/react-core";
import { useState, type SyntheticEvent } from "react";

import { useSession } from "@/api/session";
import { MenuButton } from "@/frame/MenuButton";
import { useT } from "@/i18n";

import { bodyOf, useChangeViews, useViews, viewOf, type View } from "./views";

type Props = { noun: string; now: View; show: (view: View) => void };

/** What the list shows now under a title, and back to it. */
export function SavedViews({ noun, now, show }: Props) {
  const { t } = useT();
  const { user } = useSession();
  const views = useViews(noun, user);
  const change = useChangeViews();
  const own = views.filter((view) => view.user === user);
  return (
    <MenuButton label={t("views.title")} staysOpen>
      {(close) => (
        <>
          <DropdownList>
            {views.map((view) => (
              <DropdownItem
                key={view.name} onClick={() => { show(viewOf(view)); close(); }}
                {...(view.user === user ? {} : { description: t("views.of", { user: view.user }) })}
              >
                {view.title}
              </DropdownItem>
            ))}
            {views.length === 0 ? <DropdownItem isDisabled>{t("views.none")}</DropdownItem> : null}
            {own.map(({ name, title }) => (
              <DropdownItem key={`remove ${name}`} isDanger onClick={() => change.mutate({ verb: "remove", body: { name } })}>
                {t("views.forget", { name: title })}
              </DropdownItem>
            ))}
          </DropdownList>
          <Divider />
          <KeepForm
            keep={(title, shared) => {
              change.mutate({ verb: "save", body: { of: noun, title, shared, ...bodyOf(now) } });
              close();
            }}
          />
        </>
      )}
    </MenuButton>
  );
}

function KeepForm({ keep }: { keep: (title: string, shared: boolean) => void }) {
  const { t } = useT();
  const [title, setTitle] = useState("");
  const [isShared, setShared] = useState(false);
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    if (title.trim() === "") return;
    keep(title.trim(), isShared);
    setTitle("");
    setShared(false);
  };
  return (
    <form onSubmit={save} className="q-view-form">
      <TextInput value={title} onChange={(_, text) => setTitle(text)} aria-label={t("views.name")} placeholder={t("views.name")} maxLength={60} />
      <Button type="submit" size="sm" variant="secondary">{t("views.save")}</Button>
      <Checkbox id="view-shared" label={t("views.shared")} isChecked={isShared} onChange={(_, on) => setShared(on)} />
    </form>
  );
}
