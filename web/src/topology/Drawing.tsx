import "@xyflow/react/dist/style.css";

import { useNavigate } from "@tanstack/react-router";
import { Background, Controls, MiniMap, ReactFlow, type NodeChange, type ReactFlowInstance, type Viewport } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState, type FocusEvent } from "react";

import { theme } from "@/frame/theme";
import { useFlowWords } from "@/frame/flowWords";
import { useT, useWords } from "@/i18n";

import { Chosen } from "./Chosen";
import { keeper, lineKeeper, type ObjectNode } from "./drawn";
import { BOX_HEIGHT, BOX_WIDTH } from "./layers";
import { chainOf } from "./lines";
import { ObjectBox } from "./ObjectBox";
import { MANY, type Box, type Line } from "./picture";

const NODE_TYPES = { object: ObjectBox };
const READABLE = 0.62; // what is larger begins in its upper left corner; the whole of it is in the small map
const MARGIN = 20;

type Props = { boxes: readonly Box[]; lines: readonly Line[]; view: string };

/** Drawn anew as it changes, and looked at as a whole again when `view` changes: what was filtered or hidden. */
export function Drawing({ boxes, lines, view }: Props) {
  const { t } = useT();
  const words = useWords();
  const flowWords = useFlowWords();
  const navigate = useNavigate();
  const [nodeOf] = useState(() => keeper(({ noun, name, state }) => [`${words.noun(noun)} ${name}`, ...(state ? [words.state(state)] : [])].join(", ")));
  const [lineOf] = useState(lineKeeper);
  const [flow, setFlow] = useState<ReactFlowInstance<ObjectNode>>();
  const ground = useRef<HTMLDivElement>(null);
  const [pointed, point] = useState("");
  const [chosen, choose] = useState("");
  const isLarge = boxes.length > MANY;
  const shown = boxes.find(({ id }) => id === chosen);
  const about = pointed || (shown?.id ?? "");
  const lit = useMemo(() => (about ? chainOf([about], lines) : undefined), [about, lines]);
  const nodes = useMemo(() => boxes.map((box) => nodeOf(box, isIn(lit, box.id), box.id === chosen)), [boxes, nodeOf, lit, chosen]);
  const edges = useMemo(() => lines.map((line) => lineOf(line, lit)), [lines, lineOf, lit]);
  useEffect(() => {
    const place = ground.current?.getBoundingClientRect();
    if (place) void flow?.setViewport(viewOf(boxes, place));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- not with every change of a box: who looks chooses where
  }, [flow, view]);
  const open = (id: string) => {
    const [noun = "", name = ""] = id.split("/", 2);
    void navigate({ to: "/$noun/$name", params: { noun, name } });
  };
  const change = (changes: readonly NodeChange<ObjectNode>[]) => {
    for (const each of changes) if (each.type === "select" && (each.selected || each.id === chosen)) choose(each.selected ? each.id : "");
  };
  return (
    <ReactFlow
      ref={ground} nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} colorMode={theme()} onInit={setFlow}
      minZoom={0.1} onlyRenderVisibleElements nodesDraggable={false}
      nodesConnectable={false} edgesFocusable={false} deleteKeyCode={null} zoomOnDoubleClick={false} onNodesChange={change}
      onNodeDoubleClick={(_, { id }) => open(id)} onNodeMouseEnter={({ buttons }, { id }) => { if (!buttons) point(id); /* not while it is dragged */ }} onNodeMouseLeave={() => point("")}
      onFocus={(event) => point(idOf(event))} onBlur={() => point("")} onPaneClick={() => choose("")}
      proOptions={{ hideAttribution: true }} aria-label={t("nav.topology")} ariaLabelConfig={flowWords}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      {isLarge ? <MiniMap pannable zoomable nodeClassName={({ id }) => `q-box-${id.split("/", 1)[0] ?? ""}`} /> : null}
      {shown ? <Chosen box={shown} lines={lines} close={() => choose("")} /> : null}
    </ReactFlow>
  );
}

function isIn(lit: ReturnType<typeof chainOf> | undefined, id: string): boolean {
  return lit !== undefined && (lit.before.has(id) || lit.after.has(id));
}

/** Of the box that the keyboard has come to. */
function idOf({ target }: FocusEvent<HTMLElement>): string {
  return target.matches(".react-flow__node:focus-visible") ? (target.dataset["id"] ?? "") : "";
}

/** All of it in the middle, as far as it can be read then; else its upper left corner. */
function viewOf(boxes: readonly Box[], ground: { width: number; height: number }): Viewport {
  const [xs, ys] = [boxes.map(({ x }) => x), boxes.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) + BOX_WIDTH - left, Math.max(...ys) + BOX_HEIGHT - top];
  const whole = Math.min((ground.width - 2 * MARGIN) / width, (ground.height - 2 * MARGIN) / height);
  const zoom = Math.min(1.1, Math.max(READABLE, whole));
  const from = (room: number, size: number) => Math.max(MARGIN, (room - size * zoom) / 2);
  return { x: from(ground.width, width) - left * zoom, y: from(ground.height, height) - top * zoom, zoom };
}
