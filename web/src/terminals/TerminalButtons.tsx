import { useQuery } from "@tanstack/react-query";

import { ask } from "@/api/client";
import { useMay } from "@/api/session";
import { LinkButton } from "@/frame/LinkButton";
import { useT } from "@/i18n";

import type { Line } from "./attach";

/** One for each terminal that a plugin knows of this machine; empty: there is none. */
export function TerminalButtons({ machine }: { machine: string }) {
  const { t } = useT();
  const may = useMay();
  const isEnabled = machine !== "" && may("terminal", "lines");
  const lines = useQuery({
    queryKey: ["show", "resource", machine, "terminals"], enabled: isEnabled,
    queryFn: () => ask<{ line: Line }[]>("terminal/lines", { resource: machine }),
  }).data;
  return lines?.map(({ line }) => (
    <LinkButton
      key={line} variant="tertiary"
      to="/terminal/$name" params={{ name: machine }} search={{ line }}
    >
      {t(`terminal.line.${line}`)}
    </LinkButton>
  ));
}
