import { Radio } from "@patternfly/react-core";
import type { ReactNode } from "react";

type Props = { group: string; id: string; title: string; told: string; isChosen: boolean; choose: () => void; children?: ReactNode };

/** One of several ways; what it needs is asked for where it is chosen. */
export function ChoiceTile({ group, id, title, told, isChosen, choose, children }: Props) {
  return (
    <div className={isChosen ? "q-choice q-chosen" : "q-choice"}>
      <Radio id={`${group}-${id}`} name={group} label={title} description={told} isChecked={isChosen} onChange={choose} />
      {isChosen && children ? <div className="q-choice-more">{children}</div> : null}
    </div>
  );
}
