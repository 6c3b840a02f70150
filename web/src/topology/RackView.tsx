import { Link } from "@tanstack/react-router";
import { memo } from "react";

import { useT, useWords } from "@/i18n";

import type { Rack, Standing } from "./racks";

/** Every physical machine where it stands. */
export function RackView({ racks }: { racks: readonly Rack[] }) {
  const { t } = useT();
  return (
    <div className="q-racks" role="region" aria-label={t("topology.racks")} tabIndex={0}>
      {racks.map((rack) => <RackBox key={rack.name} rack={rack} />)}
    </div>
  );
}

function RackBox({ rack: { name, machines } }: { rack: Rack }) {
  const { t } = useT();
  return (
    <section className="q-rack" aria-label={name || t("topology.nowhere")}>
      <h2>{name || t("topology.nowhere")} <small>{machines.length}</small></h2>
      <ol>
        {machines.map(({ name: machine, unit, state }) => <Unit key={machine} name={machine} unit={unit} state={state} />)}
      </ol>
    </section>
  );
}

const Unit = memo(function Unit({ name, unit, state }: Standing) {
  const words = useWords();
  return (
    <li>
      <Link to="/$noun/$name" params={{ noun: "resource", name }} title={`${name}: ${words.state(state)}`}>
        <span className="q-unit">{unit > 0 ? unit : ""}</span>
        <span className={`q-dot q-dot-${state.replace(/ /g, "-")}`} aria-hidden="true" />
        <span className="q-rack-name">{name}</span>
        <span className="q-hidden">{words.state(state)}</span>
      </Link>
    </li>
  );
});
