/** Boxes and lines as React Flow takes them. */
import { Position, type Edge, type Node, type NodeHandle } from "@xyflow/react";

import { BOX_HEIGHT, BOX_WIDTH } from "./layers";
import { chainOf } from "./lines";
import type { Box, Line } from "./picture";

export type ObjectNode = Node<{ box: Box }, "object">;
/** What is pointed at or chosen: what it hangs on, and what hangs on it. */
export type Lit = ReturnType<typeof chainOf>;

/** Said beforehand: else every box has to be in the page once, for its ends to be found. */
const HANDLES: NodeHandle[] = ([["in", "target", Position.Left], ["out", "source", Position.Right], ["beside", "target", Position.Right]] as const).map(
  ([id, type, position]) => ({ id, type, position, width: 1, height: 1, x: position === Position.Left ? 0 : BOX_WIDTH, y: BOX_HEIGHT / 2 }),
);
const SIZE = { width: BOX_WIDTH, height: BOX_HEIGHT, handles: HANDLES, measured: { width: BOX_WIDTH, height: BOX_HEIGHT } };

/** A box that has not changed is the same node as before, so that nothing of it is drawn again. */
export function keeper(told: (box: Box) => string): (box: Box, isLit: boolean, selected: boolean) => ObjectNode {
  const known = new Map<string, ObjectNode>();
  return (box, isLit, selected) => {
    const className = isLit ? "q-lit" : "";
    const before = known.get(box.id);
    const { x, y, state } = before?.data.box ?? {};
    const isSame = x === box.x && y === box.y && state === box.state && before?.className === className && before.selected === selected;
    if (before && isSame) return before;
    const node: ObjectNode = {
      id: box.id, type: "object", position: { x: box.x, y: box.y }, data: { box }, className, selected, ariaLabel: told(box), ...SIZE,
    };
    known.set(box.id, node);
    return node;
  };
}

/** The same for lines: who points about lights few of thousands. */
export function lineKeeper(): (line: Line, lit?: Lit) => Edge {
  const known = new Map<string, Edge>();
  return (line, lit) => {
    const edge = edgeOf(line, lit);
    const before = known.get(edge.id);
    if (before && before.className === edge.className && before.type === edge.type) return before;
    known.set(edge.id, edge);
    return edge;
  };
}

function edgeOf({ source, target, isQuiet, isBeside }: Line, lit?: Lit): Edge {
  const isLit = lit !== undefined && [lit.before, lit.after].some((some) => some.has(source) && some.has(target));
  return {
    id: `${source} ${target}`, source, target, sourceHandle: "out", targetHandle: isBeside ? "beside" : "in",
    type: isBeside ? "smoothstep" : "default", className: `${isQuiet ? "q-faint" : ""} ${isLit ? "q-lit" : ""}`, zIndex: isLit ? 1 : 0,
  };
}
