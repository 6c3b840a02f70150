/** The plan as a picture: which step waits for which, where it is, how long each took. */
import "@xyflow/react/dist/style.css";

import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from "@xyflow/react";
import { useMemo } from "react";

import type { PlanView, StepView } from "@/api/types";
import { theme } from "@/frame/theme";
import { useT, useWords } from "@/i18n";
import { renderLength } from "@/i18n/format";

import { lengthOf } from "./facts";
import { linesOf, placesOf, STEP_HEIGHT, STEP_WIDTH } from "./layout";
import { StepSign } from "./StepSign";
import { useNow } from "./useNow";

type StepNode = Node<{ step: StepView }, "step">;

export default function StepGraph({ plan }: { plan: PlanView }) {
  const words = useWords();
  const { t } = useT();
  const nodes = useMemo(() => nodesOf(plan.steps), [plan.steps]);
  const edges = useMemo(() => edgesOf(plan.steps), [plan.steps]);
  return (
    <div className="q-graph" role="group" aria-label={t("plan.graphLabel", { title: words.told(plan.title) })}>
      <ReactFlow
        nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} colorMode={theme()} fitView minZoom={0.2}
        fitViewOptions={{ padding: 0.08, maxZoom: 1 }} nodesDraggable={false} nodesConnectable={false}
        nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} proOptions={{ hideAttribution: true }}
      >
        <Background gap={18} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function nodesOf(steps: readonly StepView[]): StepNode[] {
  const known = new Map(steps.map((step) => [step.id, step]));
  return placesOf(steps).flatMap(({ id, x, y }) => {
    const step = known.get(id);
    if (!step) return [];
    return [{ id, type: "step" as const, position: { x, y }, data: { step }, width: STEP_WIDTH, height: STEP_HEIGHT }];
  });
}

function edgesOf(steps: readonly StepView[]): Edge[] {
  const atWork = new Set(steps.filter(({ state }) => state === "at work").map(({ id }) => id));
  return linesOf(steps).map(([source, target]) => ({
    id: `${source}-${target}`, source, target, animated: atWork.has(target),
  }));
}

function StepBox({ data: { step } }: NodeProps<StepNode>) {
  const words = useWords();
  const now = useNow(step.state === "at work");
  const length = lengthOf(step, now);
  return (
    <div className={`q-node q-step-${step.state.replace(/ /g, "-")}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <StepSign state={step.state} />
      <span className="q-node-what">{words.told(step.what)}</span>
      {length > 0 ? <span className="q-node-time">{renderLength(length)}</span> : null}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

const NODE_TYPES = { step: StepBox };
