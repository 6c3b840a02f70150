import { Divider, DropdownGroup, DropdownItem, DropdownList } from "@patternfly/react-core";
import { MoonIcon, SignOutAltIcon, SunIcon, UserIcon } from "@patternfly/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { SESSION, signOut, useSession } from "@/api/session";
import { LANGUAGES, speak, useT, useWords, type Language } from "@/i18n";

import { MenuButton } from "./MenuButton";
import { chooseTheme, theme } from "./theme";

export function AccountMenu() {
  const { t, language } = useT();
  const words = useWords();
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [isDark, setDark] = useState(theme() === "dark");
  const leave = useMutation({ mutationFn: signOut, onSettled: () => client.setQueryData(SESSION, null) });
  const changeTheme = () => {
    chooseTheme(isDark ? "light" : "dark");
    setDark(!isDark);
  };
  return (
    <MenuButton label={session.user} icon={<UserIcon />}>
      <DropdownGroup label={`${words.state(session.role)} · openQRM ${session.version}`}>
        <DropdownList>
          <DropdownItem icon={<UserIcon />} onClick={() => void navigate({ to: "/account" })}>
            {t("account.title")}
          </DropdownItem>
          <DropdownItem icon={isDark ? <SunIcon /> : <MoonIcon />} onClick={changeTheme}>
            {isDark ? t("account.light") : t("account.dark")}
          </DropdownItem>
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownGroup label={t("app.language")}>
        <DropdownList>
          {(Object.keys(LANGUAGES) as Language[]).map((each) => (
            <DropdownItem key={each} isSelected={each === language} onClick={() => void speak(each)}>
              {LANGUAGES[each]}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownList>
        <DropdownItem icon={<SignOutAltIcon />} onClick={() => leave.mutate()}>
          {t("account.signOut")}
        </DropdownItem>
      </DropdownList>
    </MenuButton>
  );
}
