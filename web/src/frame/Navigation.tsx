import { Nav, NavGroup, NavItem } from "@patternfly/react-core";
import { Link, useRouterState } from "@tanstack/react-router";

import { useCatalogue } from "@/api/catalogue";
import { useT, useWords } from "@/i18n";

import { grouped } from "./nouns";

/** By noun; what a role may not look at is not there, and what a plugin adds is. */
export function Navigation() {
  const { t } = useT();
  const words = useWords();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = path.startsWith("/do/") ? (path.split("/")[2] ?? "") : (path.split("/")[1] ?? "");
  return (
    <Nav aria-label={t("app.navigation")}>
      <NavGroup title={t("nav.overview")}>
        <NavItem itemId="dashboard" isActive={here === ""}>
          <Link to="/">{t("nav.dashboard")}</Link>
        </NavItem>
        <NavItem itemId="topology" isActive={here === "topology"}>
          <Link to="/topology">{t("nav.topology")}</Link>
        </NavItem>
      </NavGroup>
      {grouped(useCatalogue().listed).map(({ group, nouns }) => (
        <NavGroup key={group} title={t(`nav.${group}`)}>
          {nouns.map((noun) => (
            <NavItem key={noun} itemId={noun} isActive={here === noun}>
              <Link to="/$noun" params={{ noun }}>{words.nouns(noun)}</Link>
            </NavItem>
          ))}
        </NavGroup>
      ))}
    </Nav>
  );
}
