/** Pages that are loaded together, once one of them is looked at: dashboard and lists need none of it to be drawn. */
export { AccountPage } from "@/account/AccountPage";
export { EventPage } from "@/events/EventPage";
export { FormPage } from "@/forms/FormPage";
export { DetailPage } from "@/nouns/DetailPage";
export { PlanPage } from "@/plans/PlanPage";
export { PluginPage } from "@/plugins/PluginPage";
export { PluginsPage } from "@/plugins/PluginsPage";
export { SetupPage } from "@/setup/SetupPage";
export { WizardPage } from "@/wizard/WizardPage";
