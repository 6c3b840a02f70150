import "@xyflow/react/dist/style.css";

import { useNavigate } from "@tanstack/react-router";
import {
  Background, Controls, MiniMap, Position, ReactFlow, type Edge, type Node, type NodeHandle, type ReactFlowInstance,
  type Viewport,
} from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";

import { theme } from "@/frame/theme";
import { useT } from "@/i18n";

import { ObjectBox, type ObjectNode } from "./ObjectBox";
import { BOX_HEIGHT, BOX_WIDTH, MANY, type Box, type Line } from "./picture";

const NODE_TYPES = { object: ObjectBox };
const FIT = { maxZoom: 1.1, padding: 0.06 };
const READABLE = 0.75; // where a large picture begins; the whole of it is in the small one
/** Said beforehand: else every box has to be in the page once, for its ends to be found. */
const HANDLES: NodeHandle[] = (["source", "target"] as const).flatMap((type) =>
  [Position.Left, Position.Right].map((position) => ({
    id: `${type === "source" ? "out" : "in"}-${position}`, type, position, width: 1, height: 1,
    x: position === Position.Left ? 0 : BOX_WIDTH, y: BOX_HEIGHT / 2,
  })),
);

type Props = { boxes: readonly Box[]; lines: readonly Line[]; view: string };

/** Drawn anew as it changes, and looked at as a whole again when `view` changes: what was filtered or hidden. */
export function Drawing({ boxes, lines, view }: Props) {
  const { t } = useT();
  const navigate = useNavigate();
  const [nodeOf] = useState(() => keeper());
  const [flow, setFlow] = useState<ReactFlowInstance<ObjectNode>>();
  const isLarge = boxes.length > MANY;
  const nodes = useMemo(() => boxes.map(nodeOf), [boxes, nodeOf]);
  const edges = useMemo(() => lines.map(edgeOf), [lines]);
  useEffect(() => {
    const timer = setTimeout(() => void (isLarge ? flow?.setViewport(beginningOf(boxes)) : flow?.fitView(FIT)), 0);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- not with every change of a box: who looks chooses where
  }, [flow, view, isLarge]);
  const open = (node: Node) => {
    const [noun = "", name = ""] = node.id.split("/", 2);
    void navigate({ to: "/$noun/$name", params: { noun, name } });
  };
  return (
    <ReactFlow
      nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} colorMode={theme()} onInit={setFlow}
      defaultViewport={beginningOf(boxes)} minZoom={isLarge ? 0.3 : 0.05} onlyRenderVisibleElements nodesDraggable={false}
      nodesConnectable={false} edgesFocusable={false} onNodeClick={(_, node) => open(node)} proOptions={{ hideAttribution: true }}
      aria-label={t("nav.topology")}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      {isLarge ? <MiniMap pannable zoomable /> : null}
    </ReactFlow>
  );
}

/** The upper left corner, large enough to be read. */
function beginningOf(boxes: readonly Box[]): Viewport {
  const [left, top] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
  return { x: (20 / READABLE - left) * READABLE, y: (20 / READABLE - top) * READABLE, zoom: READABLE };
}

/** A box that has not changed is the same node as before, so that nothing of it is drawn again. */
function keeper(): (box: Box) => ObjectNode {
  const known = new Map<string, ObjectNode>();
  return (box) => {
    const before = known.get(box.id);
    const { x, y, state } = before?.data.box ?? {};
    if (before && x === box.x && y === box.y && state === box.state) return before;
    const node: ObjectNode = {
      id: box.id, type: "object", position: { x: box.x, y: box.y }, data: { box }, width: BOX_WIDTH, height: BOX_HEIGHT, handles: HANDLES,
      measured: { width: BOX_WIDTH, height: BOX_HEIGHT },
    };
    known.set(box.id, node);
    return node;
  };
}

function edgeOf({ source, target, out, in: into }: Line): Edge {
  return { id: `${source} ${target}`, source, target, sourceHandle: `out-${out}`, targetHandle: `in-${into}` };
}
