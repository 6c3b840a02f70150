import { useT, useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";

const MOST = 6; // on one line of a tablet

/** What each dot means, and how many there are of it. */
export function StateLegend({ states }: { states: readonly string[] }) {
  const { t } = useT();
  const words = useWords();
  const counts = [...Map.groupBy(states.filter((state) => state !== ""), (state) => state)].sort(([, one], [, other]) => other.length - one.length);
  return (
    <ul className="q-legend q-states" aria-label={t("topology.states")}>
      {counts.slice(0, MOST).map(([state, some]) => (
        <li key={state}>
          <span className={`q-dot q-dot-${state.replace(/ /g, "-")}`} aria-hidden="true" /> {words.state(state)} <strong>{renderNumber(some.length)}</strong>
        </li>
      ))}
    </ul>
  );
}
