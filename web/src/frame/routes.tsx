/** Every page has an address that can be kept and sent to somebody. */
import {
  createRootRoute, createRoute, createRouter, lazyRouteComponent as page, Outlet, type ErrorComponentProps,
} from "@tanstack/react-router";

import { ListPage } from "@/nouns/ListPage";
import { NotFound, ProblemPage } from "@/problems/ProblemView";

import { Frame } from "./Frame";
import { Gate } from "./Gate";
import { PageSkeleton } from "./PageSkeleton";

const root = createRootRoute({
  component: () => (
    <Gate>
      <Frame>
        <Outlet />
      </Frame>
    </Gate>
  ),
});

const pages = () => import("./pages");
const atAGlance = () => import("@/dashboard/DashboardPage");

export type FormSearch = Record<string, string | number | boolean>;

const dashboard = createRoute({ getParentRoute: () => root, path: "/", component: page(atAGlance, "DashboardPage") });
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: page(atAGlance, "DashboardPage") });
const topology = createRoute({
  getParentRoute: () => root,
  path: "/topology",
  component: page(() => import("@/topology/TopologyPage"), "TopologyPage"),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  component: page(pages, "SetupPage"),
});
const wizard = createRoute({
  getParentRoute: () => root,
  path: "/new-appliance",
  component: page(pages, "WizardPage"),
});
const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  component: page(pages, "AccountPage"),
});
const terminal = createRoute({
  getParentRoute: () => root,
  path: "/terminal/$name",
  component: page(() => import("@/terminals/TerminalPage"), "TerminalPage"),
  validateSearch: (search: Record<string, unknown>): { line?: string } =>
    typeof search["line"] === "string" ? { line: search["line"] } : {},
});
const filtered = (search: Record<string, unknown>): { q?: string } =>
  typeof search["q"] === "string" && search["q"] !== "" ? { q: search["q"] } : {};
const events = createRoute({ getParentRoute: () => root, path: "/event", component: page(pages, "EventPage"), validateSearch: filtered });
const plugins = createRoute({ getParentRoute: () => root, path: "/plugin", component: page(pages, "PluginsPage") });
const plugin = createRoute({ getParentRoute: () => root, path: "/plugin/$name", component: page(pages, "PluginPage") });
const plan = createRoute({ getParentRoute: () => root, path: "/plan/$name", component: page(pages, "PlanPage") });
const form = createRoute({
  getParentRoute: () => root,
  path: "/do/$noun/$verb",
  component: page(pages, "FormPage"),
  validateSearch: (search: Record<string, unknown>): FormSearch =>
    Object.fromEntries(
      Object.entries(search).filter(
        (entry): entry is [string, string | number | boolean] => ["string", "number", "boolean"].includes(typeof entry[1]),
      ),
    ),
});
const list = createRoute({
  getParentRoute: () => root,
  path: "/$noun",
  component: ListPage,
  validateSearch: filtered,
});
const detail = createRoute({ getParentRoute: () => root, path: "/$noun/$name", component: page(pages, "DetailPage") });

export const router = createRouter({
  routeTree: root.addChildren([
    dashboard, signIn, topology, setup, wizard, account, events, plugins, plugin, plan, terminal, form, list, detail,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: ({ error, reset }: ErrorComponentProps) => <ProblemPage error={error} retry={reset} />,
  defaultNotFoundComponent: NotFound,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
