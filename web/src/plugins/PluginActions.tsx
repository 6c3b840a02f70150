
import { useMay } from "@/api/session";
import { LinkButton } from "@/frame/LinkButton";
import { useT, useWords } from "@/i18n";

/** What can be done to a plugin in each of its three states. */
const VERBS: Record<string, string[]> = {
  disabled: ["enable"],
  enabled: ["start", "disable"],
  started: ["stop", "disable"],
};

type Props = { name: string; standing: string; dependencies?: number };

export function PluginActions({ name, standing, dependencies = 0 }: Props) {
  const { t } = useT();
  const words = useWords();
  const may = useMay();
  const verbs = (VERBS[standing] ?? []).filter((verb) => may("plugin", verb));
  return (
    <div className="q-buttons">
      {verbs.map((verb, index) => (
        <LinkButton
          key={verb} variant={verb === "enable" || verb === "start" ? "primary" : index === 0 ? "secondary" : "link"} size="sm"
          to="/do/$noun/$verb" params={{ noun: "plugin", verb }} search={{ name }}
        >
          {verb === "enable" && dependencies > 0 ? t("plugins.enableWith", { count: dependencies }) : words.verb(verb)}
        </LinkButton>
      ))}
    </div>
  );
}
