/** Names for the generated types that the console's own pages use. */
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Category = Schemas["Category"];
export type Problem = Schemas["Problem"];
export type PlanView = Schemas["PlanView"];
export type StepView = Schemas["StepView"];
export type PlanRow = Schemas["PlanRow"];
export type PlanState = Schemas["PlanState"];
export type Preview = Schemas["Preview"];
export type Outcome = Schemas["Outcome"];
export type Event = Schemas["Event"];
export type HostRow = Schemas["HostRow"];
export type ResourceRow = Schemas["ResourceRow"];
export type ResourceDetails = Schemas["ResourceDetails"];
export type ApplianceDetails = Schemas["ApplianceDetails"];
export type Storage = Schemas["Storage"];
export type Volume = Schemas["Volume"];
export type Image = Schemas["Image"];
export type Kernel = Schemas["Kernel"];
export type Network = Schemas["Network"];
export type PluginRow = Schemas["PluginRow"];
export type PluginDetails = Schemas["PluginDetails"];
export type Summary = Schemas["Summary"];
export type Panel = Schemas["PanelView"];
export type MenuEntry = Schemas["MenuRow"];
export type CheckRow = Schemas["CheckRow"];
export type ViewRow = Schemas["ViewRow"];
export type Sentence = Schemas["Sentence"];
export type Found = Schemas["Found"];

/** Any object as the API lists it: what columns a noun has is read from its description. */
export type Row = Record<string, unknown>;
