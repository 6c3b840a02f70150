/** What an installation needs before anything runs on it; pure. */
import type { PluginRow, Summary } from "@/api/types";

import { total } from "./totals";

export type StepName = "network" | "plugin" | "kernel" | "storage" | "resource" | "appliance";
export type FirstStep = { name: StepName; isDone: boolean; to: string };

type Known = { networks: number; kernels: number; plugins: readonly PluginRow[]; summary: Summary };

export function firstSteps({ networks, kernels, plugins, summary }: Known): FirstStep[] {
  const machines = Object.values(summary.resources).reduce((sum, { unknown = 0, ...counts }) => sum + total(counts) + unknown, 0);
  const hasStorage = plugins.some(({ category, standing }) => category === "storage" && (standing === "enabled" || standing === "started"));
  return [
    { name: "network", isDone: networks > 0, to: "/do/network/create" },
    { name: "kernel", isDone: kernels > 0, to: "/do/kernel/add" },
    { name: "plugin", isDone: hasStorage, to: "/plugin" },
    { name: "storage", isDone: summary.storages.length > 0, to: "/do/storage/create" },
    { name: "resource", isDone: machines > 1, to: "/resource" }, // the first one runs openQRM itself
    { name: "appliance", isDone: total(summary.appliances) > 0, to: "/new-appliance" },
  ];
}
