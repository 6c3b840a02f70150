/** Storages, volumes, images, appliances, resources, networks, and how they hang together. */
import "@xyflow/react/dist/style.css";

import { PageSection, SearchInput, Skeleton, Title, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Background, Controls, MiniMap, ReactFlow, type Edge, type Node } from "@xyflow/react";
import { useDeferredValue, useMemo, useState } from "react";

import { useCatalogue } from "@/api/catalogue";
import { listing } from "@/api/lists";
import type { Row } from "@/api/types";
import { theme } from "@/frame/theme";
import { useT, useWords } from "@/i18n";

import { ObjectBox, type ObjectNode } from "./ObjectBox";
import { BOX_HEIGHT, BOX_WIDTH, COLUMNS, pictureOf } from "./picture";

const NODE_TYPES = { object: ObjectBox };

export function TopologyPage() {
  const { t } = useT();
  const words = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const catalogue = useCatalogue();
  const nouns = COLUMNS.filter((noun) => catalogue.listed.includes(noun));
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState("");
  const wanted = useDeferredValue(filter);
  const lists = useQueries({
    queries: nouns.map((noun) => listing(client, noun)),
    combine: (results) => results.map(({ data }) => data),
  });
  const picture = useMemo(() => {
    const shown = nouns.flatMap((noun, index): [string, readonly Row[]][] => (hidden.has(noun) ? [] : [[noun, lists[index] ?? []]]));
    return pictureOf(new Map(shown), catalogue, wanted);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `nouns` follows from the catalogue
  }, [lists, hidden, wanted, catalogue]);
  const isWhole = lists.every((list) => list !== undefined);
  const nodes = useMemo(() => picture.boxes.map((box): ObjectNode => ({
    id: box.id, type: "object", position: { x: box.x, y: box.y }, data: { box }, width: BOX_WIDTH, height: BOX_HEIGHT,
  })), [picture]);
  const edges = useMemo(() => picture.lines.map((line): Edge => ({
    id: `${line.source} ${line.target}`, source: line.source, target: line.target,
    sourceHandle: `out-${line.out}`, targetHandle: `in-${line.in}`,
  })), [picture]);
  const toggle = (noun: string) => setHidden((old) => (old.has(noun) ? new Set([...old].filter((each) => each !== noun)) : new Set([...old, noun])));
  const open = (node: Node) => {
    const [noun = "", name = ""] = node.id.split("/", 2);
    void navigate({ to: "/$noun/$name", params: { noun, name } });
  };
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{t("nav.topology")}</Title>
          <p className="q-count">{t("topology.count", { count: nodes.length })}</p>
        </div>
      </PageSection>
      <PageSection isFilled className="q-topology-page">
        <div className="q-toolbar">
          <SearchInput
            className="q-filter" value={filter} placeholder={t("list.filter")} aria-label={t("list.filter")}
            onChange={(_, text) => setFilter(text)} onClear={() => setFilter("")}
          />
          <ToggleGroup aria-label={t("topology.show")} isCompact>
            {nouns.map((noun) => (
              <ToggleGroupItem key={noun} text={words.nouns(noun)} buttonId={`show-${noun}`} isSelected={!hidden.has(noun)} onChange={() => toggle(noun)} />
            ))}
          </ToggleGroup>
        </div>
        <div className="q-topology">
          {!isWhole ? (
            <Skeleton height="100%" screenreaderText={t("app.loading")} />
          ) : nodes.length > 0 ? (
            <ReactFlow
              key={`${wanted} ${[...hidden].join()}`} nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} colorMode={theme()}
              fitView fitViewOptions={{ maxZoom: 1.1, padding: 0.06 }} minZoom={0.05} onlyRenderVisibleElements nodesDraggable={false}
              nodesConnectable={false} edgesFocusable={false} onNodeClick={(_, node) => open(node)} proOptions={{ hideAttribution: true }}
              aria-label={t("nav.topology")}
            >
              <Background gap={20} />
              <Controls showInteractive={false} />
              {nodes.length > 60 ? <MiniMap pannable zoomable /> : null}
            </ReactFlow>
          ) : (
            <p className="q-nothing">{t("list.noneFound")}</p>
          )}
        </div>
      </PageSection>
    </>
  );
}
