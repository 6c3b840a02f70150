import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { memo } from "react";

import { useWords } from "@/i18n";

import type { Box } from "./picture";

export type ObjectNode = Node<{ box: Box }, "object">;

const SIDES = [Position.Left, Position.Right] as const;

export const ObjectBox = memo(function ObjectBox({ data: { box } }: NodeProps<ObjectNode>) {
  const words = useWords();
  return (
    <div className={`q-box q-box-${box.noun}`} title={`${words.noun(box.noun)} ${box.name}`}>
      {SIDES.map((side) => <Handle key={`in-${side}`} id={`in-${side}`} type="target" position={side} isConnectable={false} />)}
      <span className={`q-dot q-dot-${box.state.replace(/ /g, "-")}`} aria-hidden="true" />
      <span className="q-box-text">
        <small>{words.noun(box.noun)}{box.state ? ` · ${words.state(box.state)}` : ""}</small>
        <span>{box.name}</span>
      </span>
      {SIDES.map((side) => <Handle key={`out-${side}`} id={`out-${side}`} type="source" position={side} isConnectable={false} />)}
    </div>
  );
});
