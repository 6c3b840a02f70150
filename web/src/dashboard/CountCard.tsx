import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";

import { parts, total } from "./totals";

/** How many there are, as one bar: a stretch for each state. */
export function CountCard({ noun, counts }: { noun: string; counts: Readonly<Record<string, number>> }) {
  const words = useWords();
  const some = parts(counts);
  const all = total(counts);
  return (
    <Card isFullHeight className="q-tile">
      <CardHeader>
        <CardTitle component="h2"><Link to="/$noun" params={{ noun }}>{words.nouns(noun)}</Link></CardTitle>
      </CardHeader>
      <CardBody>
        <p className="q-figure">{renderNumber(all)}</p>
        <div className="q-bar" aria-hidden="true">
          {some.map(([state, count]) => <span key={state} className={`q-part-of q-fill-${state}`} style={{ flexGrow: count }} />)}
        </div>
        <ul className="q-legend">
          {some.map(([state, count]) => (
            <li key={state}>
              <span className={`q-dot q-fill-${state}`} aria-hidden="true" /> {words.state(state)} <strong>{renderNumber(count)}</strong>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}
