import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo } from "react";

import { useWords } from "@/i18n";

import { BoxName } from "./BoxName";
import type { ObjectNode } from "./drawn";

export const ObjectBox = memo(function ObjectBox({ data: { box } }: NodeProps<ObjectNode>) {
  const words = useWords();
  return (
    <div className={`q-box q-box-${box.noun}`} title={box.name}>
      <Handle id="in" type="target" position={Position.Left} isConnectable={false} />
      {box.state ? <span className={`q-dot q-dot-${box.state.replace(/ /g, "-")}`} aria-hidden="true" /> : null}
      <span className="q-box-text">
        <BoxName name={box.name} />
        <small>{words.noun(box.noun)}{box.state ? ` · ${words.state(box.state)}` : ""}</small>
      </span>
      <Handle id="out" type="source" position={Position.Right} isConnectable={false} />
      <Handle id="beside" type="target" position={Position.Right} isConnectable={false} />
    </div>
  );
});
