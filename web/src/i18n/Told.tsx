import { Fragment, type ReactNode } from "react";

import { filled, useWords } from ".";

type Props = { text: string; facts?: Readonly<Record<string, string>>; render?: (text: string) => ReactNode };

/** A text that the API tells. What nobody has translated is marked as English, so that it is also spoken as such. */
export function Told({ text, facts = {}, render = withCode }: Props) {
  const { pieces } = useWords();
  const quoted = text === "{text}" ? facts["text"] : undefined; // what something else has said
  return pieces(quoted ?? text).map(({ text: some, isForeign }, index) => {
    const said = render(quoted === undefined ? filled(some, facts) : some);
    return isForeign ? <span key={index} lang="en">{said}</span> : <Fragment key={index}>{said}</Fragment>;
  });
}

/** What stands between backticks is to be typed as it is. */
function withCode(text: string): ReactNode {
  const parts = text.split("`");
  return parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? <code key={index} className="q-code">{part}</code> : part));
}
