import {
  Card, CardBody, CardHeader, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup,
  DescriptionListTerm,
} from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";

import { ask } from "@/api/client";
import type { Panel } from "@/api/types";

/** What plugins add to the page of an object. */
export function PanelsCard({ noun, name }: { noun: string; name: string }) {
  const about = `${noun}/${name}`;
  const panels = useQuery({ queryKey: ["show", noun, name, "panels"], queryFn: () => ask<Panel[]>("site/panels", { about }) }).data;
  return panels?.map(({ plugin, title, rows }) => (
    <Card key={`${plugin} ${title}`}>
      <CardHeader><CardTitle component="h2">{title}</CardTitle></CardHeader>
      <CardBody>
        <DescriptionList isHorizontal isCompact>
          {rows.map(([label, text]) => (
            <DescriptionListGroup key={label}>
              <DescriptionListTerm>{label}</DescriptionListTerm>
              <DescriptionListDescription>{text}</DescriptionListDescription>
            </DescriptionListGroup>
          ))}
        </DescriptionList>
      </CardBody>
    </Card>
  ));
}
