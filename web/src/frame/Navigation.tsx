import { Nav, NavGroup, NavItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";

import { useCatalogue } from "@/api/catalogue";
import { ask } from "@/api/client";
import { useMay } from "@/api/session";
import type { MenuEntry } from "@/api/types";
import { useT, useWords } from "@/i18n";

import { grouped } from "./nouns";

/** By noun; what a role may not look at is not there, and what a plugin adds is. */
export function Navigation() {
  const { t } = useT();
  const words = useWords();
  const may = useMay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = path.startsWith("/do/") ? (path.split("/")[2] ?? "") : (path.split("/")[1] ?? "");
  const listed = useCatalogue().listed;
  const menu = useQuery({ queryKey: ["list", "plugin", { menu: true }], queryFn: () => ask<MenuEntry[]>("site/menu") }).data ?? [];
  const own = menu.filter(({ noun }) => listed.includes(noun));
  return (
    <Nav aria-label={t("app.navigation")}>
      <NavGroup title={t("nav.overview")}>
        <NavItem itemId="dashboard" isActive={here === ""}>
          <Link to="/">{t("nav.dashboard")}</Link>
        </NavItem>
        <NavItem itemId="topology" isActive={here === "topology"}>
          <Link to="/topology">{t("nav.topology")}</Link>
        </NavItem>
        {may("site", "check") ? (
          <NavItem itemId="set-up" isActive={here === "set-up"}>
            <Link to="/set-up">{t("setup.title")}</Link>
          </NavItem>
        ) : null}
      </NavGroup>
      {grouped(listed, own.map(({ noun }) => noun)).map(({ group, nouns }) => (
        <NavGroup key={group} title={t(`nav.${group}`)}>
          {nouns.map((noun) => (
            <NavItem key={noun} itemId={noun} isActive={here === noun}>
              <Link to="/$noun" params={{ noun }}>{own.find((each) => each.noun === noun)?.title ?? words.nouns(noun)}</Link>
            </NavItem>
          ))}
        </NavGroup>
      ))}
    </Nav>
  );
}
