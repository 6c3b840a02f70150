import {
  Masthead, MastheadBrand, MastheadContent, MastheadLogo, MastheadMain, MastheadToggle, Page, PageSidebar,
  type MastheadLogoProps,
  PageSidebarBody, PageToggleButton, SkipToContent, Toolbar, ToolbarContent, ToolbarGroup, ToolbarItem,
} from "@patternfly/react-core";
import { BarsIcon } from "@patternfly/react-icons";
import { createLink, useRouterState } from "@tanstack/react-router";
import { Suspense, type ReactNode } from "react";

import { useStream } from "@/api/stream";
import { useT } from "@/i18n";
import { Boundary } from "@/problems/Boundary";
import { SearchBox } from "@/search/SearchBox";

import { AccountMenu } from "./AccountMenu";
import { Emblem } from "./Emblem";
import { Liveness } from "./Liveness";
import { Navigation } from "./Navigation";
import { PageSkeleton } from "./PageSkeleton";
import { useStart } from "./start";
import { ToastShelf } from "./toasts";

const MAIN = "main";
const Brand = createLink((props: Omit<MastheadLogoProps, "component">) => <MastheadLogo {...props} component="a" />);

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useT();
  const isLive = useStream();
  // of the page that is shown: while the next one is loaded the last one stays as it is
  const path = useRouterState({ select: ({ matches }) => matches.at(-1)?.pathname ?? "" });
  const place = useStart(path);
  return (
    <Page
      masthead={<Top isLive={isLive} />}
      isManagedSidebar
      mainContainerId={MAIN}
      skipToContent={<SkipToContent href={`#${MAIN}`}>{t("app.skip")}</SkipToContent>}
      sidebar={
        <PageSidebar>
          <PageSidebarBody>
            <Suspense>
              <Navigation />
            </Suspense>
          </PageSidebarBody>
        </PageSidebar>
      }
    >
      <div ref={place} tabIndex={-1} className="q-page">
        <Boundary key={path}>
          <Suspense fallback={<PageSkeleton />}>{children}</Suspense>
        </Boundary>
      </div>
      <ToastShelf />
    </Page>
  );
}

function Top({ isLive }: { isLive: boolean }) {
  const { t } = useT();
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton variant="plain" aria-label={t("app.navigation")}>
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <Brand to="/" className="q-brand">
            <Emblem /> <span>{t("app.name")}</span>
          </Brand>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isStatic>
          <ToolbarContent>
            <ToolbarItem className="q-search-place">
              <SearchBox />
            </ToolbarItem>
            <ToolbarGroup align={{ default: "alignEnd" }} gap={{ default: "gapSm" }}>
              <ToolbarItem alignSelf="center">
                <Liveness isLive={isLive} />
              </ToolbarItem>
              <ToolbarItem>
                <AccountMenu />
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}
