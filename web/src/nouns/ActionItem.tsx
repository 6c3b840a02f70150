import { DropdownItem } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";

import type { Declaration } from "@/api/catalogue";
import { useWords } from "@/i18n";
import { Told } from "@/i18n/Told";

type Props = { action: Declaration; name?: string; leave?: () => void };

/** In a menu, what leads to the form of an action: on the object of this name, if it is about one. */
export function ActionItem({ action: { noun, verb, subject, title }, name, leave }: Props) {
  const words = useWords();
  const navigate = useNavigate();
  const open = () => {
    leave?.();
    void navigate({ to: "/do/$noun/$verb", params: { noun, verb }, search: name === undefined ? {} : { [subject]: name } });
  };
  return <DropdownItem description={<Told text={title} />} isDanger={takesAway(verb)} onClick={open}>{words.verb(verb)}</DropdownItem>;
}

export function takesAway(verb: string): boolean {
  return verb.startsWith("remove");
}
