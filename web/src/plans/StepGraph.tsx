/** The plan as a picture: which step waits for which, where it is, how long each took. */
import "@xyflow/react/dist/style.css";

import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps, type ReactFlowInstance } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";

import type { PlanView, StepView } from "@/api/types";
import { useFlowWords } from "@/frame/flowWords";
import { theme } from "@/frame/theme";
import { useT, useWords } from "@/i18n";
import { Told } from "@/i18n/Told";
import { renderLength } from "@/i18n/format";

import { lengthOf } from "./facts";
import { linesOf, placesOf, STEP_HEIGHT, STEP_WIDTH, viewOf } from "./layout";
import { StepSign } from "./StepSign";
import { useNow } from "./useNow";

/** Of these the first one is what matters now. */
const PRESENT = new Set(["failed", "undo failed", "at work", "taking back"]);

type StepNode = Node<{ step: StepView }, "step">;

export default function StepGraph({ plan }: { plan: PlanView }) {
  const words = useWords();
  const { t } = useT();
  const flowWords = useFlowWords();
  const ground = useRef<HTMLDivElement>(null);
  const [flow, setFlow] = useState<ReactFlowInstance<StepNode>>();
  const [isMoved, setMoved] = useState(false);
  const nodes = useMemo(() => nodesOf(plan.steps), [plan.steps]);
  const now = plan.steps.find(({ state }) => PRESENT.has(state))?.id ?? "";
  const count = nodes.length;
  useEffect(() => {
    const places = placesOf(plan.steps);
    const room = ground.current?.getBoundingClientRect();
    if (flow && room && !isMoved && count > 0) void flow.setViewport(viewOf(places, room, places.find(({ id }) => id === now)));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- it follows the step at work, not its seconds
  }, [flow, now, count, isMoved]);
  const edges = useMemo(() => edgesOf(plan.steps), [plan.steps]);
  return (
    <div className="q-graph" role="group" aria-label={t("plan.graphLabel", { title: words.told(plan.title) })}>
      <ReactFlow
        nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} colorMode={theme()} minZoom={0.2} ref={ground}
        onInit={setFlow} onMoveStart={(event) => { if (event) setMoved(true); }} nodesDraggable={false} nodesConnectable={false}
        nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} proOptions={{ hideAttribution: true }}
        ariaLabelConfig={flowWords}
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
  const now = useNow(step.state === "at work");
  const length = lengthOf(step, now);
  return (
    <div className={`q-node q-step-${step.state.replace(/ /g, "-")}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <StepSign state={step.state} />
      <span className="q-node-what"><Told text={step.what} /></span>
      {length > 0 ? <span className="q-node-time">{renderLength(length)}</span> : null}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

const NODE_TYPES = { step: StepBox };
