import { DropdownItem, DropdownList } from "@patternfly/react-core";

import { MenuButton } from "@/frame/MenuButton";
import { useT, useWords } from "@/i18n";

import type { Column } from "./columns";

type Props = { columns: readonly Column[]; hidden: readonly string[]; change: (hidden: string[]) => void };

/** Which columns are shown; the name always is. */
export function ColumnPicker({ columns, hidden, change }: Props) {
  const { t } = useT();
  const words = useWords();
  const toggle = (name: string) => change(hidden.includes(name) ? hidden.filter((each) => each !== name) : [...hidden, name]);
  return (
    <MenuButton label={t("views.columns")} staysOpen>
      <DropdownList>
        {columns.filter(({ kind }) => kind !== "name").map(({ name }) => (
          <DropdownItem key={name} hasCheckbox isSelected={!hidden.includes(name)} onClick={() => toggle(name)}>
            {words.column(name)}
          </DropdownItem>
        ))}
      </DropdownList>
    </MenuButton>
  );
}
