import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { ask } from "@/api/client";
import { useMay } from "@/api/session";
import type { Row } from "@/api/types";
import { useT } from "@/i18n";

import type { Line } from "./attach";

/** The machine behind an object; of an appliance the one it runs on. */
function machineOf(noun: string, name: string, row: Row): string {
  if (noun === "appliance") return typeof row["resource"] === "string" ? row["resource"] : "";
  return ["resource", "vm", "host"].includes(noun) ? name : "";
}

/** One for each terminal that a plugin knows of this machine. */
export function TerminalButtons({ noun, name, row }: { noun: string; name: string; row: Row }) {
  const { t } = useT();
  const may = useMay();
  const machine = machineOf(noun, name, row);
  const isEnabled = machine !== "" && may("terminal", "lines");
  const lines = useQuery({
    queryKey: ["show", "resource", machine, "terminals"], enabled: isEnabled,
    queryFn: () => ask<{ line: Line }[]>("terminal/lines", { resource: machine }),
  }).data;
  return lines?.map(({ line }) => (
    <Button
      key={line} variant="tertiary"
      component={(props) => <Link {...props} to="/terminal/$name" params={{ name: machine }} search={{ line }} />}
    >
      {t(`terminal.line.${line}`)}
    </Button>
  ));
}
