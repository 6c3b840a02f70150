import { PageSection, SearchInput, Title } from "@patternfly/react-core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { useCatalogue } from "@/api/catalogue";
import { nameOf, useList, usePrefetchedList } from "@/api/lists";
import { useLoadOf } from "@/api/load";
import { OpenqrmError } from "@/api/problem";
import type { Row } from "@/api/types";
import { useT, useWords } from "@/i18n";
import { renderNumber } from "@/i18n/format";

import { CreateButtons } from "./CreateButtons";
import { ColumnPicker } from "./ColumnPicker";
import { columnsOf, flat, hiddenAtFirst, stateColumn } from "./columns";
import { GroupActions } from "./GroupActions";
import { keepLook, lookAt } from "./kept";
import { Nothing } from "./Nothing";
import { RowActions } from "./RowActions";
import { SavedViews } from "./SavedViews";
import { StateFilter } from "./StateFilter";
import { nextOrder, useRows, type Order } from "./useRows";
import type { View } from "./views";
import { VirtualTable } from "./VirtualTable";

export function ListPage() {
  const { noun = "" } = useParams({ strict: false });
  usePrefetchedList(noun);
  const catalogue = useCatalogue();
  if (!catalogue.listed.includes(noun)) throw new OpenqrmError("not_found", noun);
  return <Listing key={noun} noun={noun} />;
}

function Listing({ noun }: { noun: string }) {
  const { t } = useT();
  const words = useWords();
  const catalogue = useCatalogue();
  useLoadOf(noun === "host" ? "host" : "");
  const said = useSearch({ strict: false })["q"];
  const q = typeof said === "string" ? said : "";
  const navigate = useNavigate();
  const [look] = useState(() => lookAt(noun));
  const [state, setState] = useState(look.state);
  const [order, setOrder] = useState<Order | undefined>(look.order);
  const [chosen, setHidden] = useState(look.hidden);
  useEffect(() => keepLook(noun, { state, order, hidden: chosen }), [noun, state, order, chosen]);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const list = useList(noun);
  const rows = useMemo(() => list.map((row) => flat(noun, row)), [noun, list]);
  const columns = useMemo(() => columnsOf(noun, rows, catalogue), [noun, rows, catalogue]);
  const hidden = chosen ?? hiddenAtFirst(columns);
  const column = stateColumn(rows) ?? "";
  const found = useRows(noun, rows, { filter: q, column, state, order });
  const name = (row: Row) => nameOf(noun, row);
  const canAct = catalogue.actionsOn(noun).length > 0;
  const filter = (text: string) =>
    void navigate({ to: "/$noun", params: { noun }, search: text ? { q: text } : {}, replace: true });
  const show = (view: View) => {
    filter(view.q);
    setState(view.state);
    setOrder(view.order);
    setHidden(view.hidden);
  };
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{words.nouns(noun)}</Title>
          <p className="q-count">{t("list.count", { count: rows.length, shown: renderNumber(rows.length) })}</p>
        </div>
        <div className="q-buttons">
          {canAct && selected.size > 0 ? <GroupActions noun={noun} names={selected} clear={() => select(new Set())} /> : null}
          <CreateButtons noun={noun} />
        </div>
      </PageSection>
      <PageSection className="q-filling">
        {rows.length === 0 ? (
          <Nothing noun={noun} />
        ) : (
          <>
            <div className="q-toolbar">
              <SearchInput
                className="q-filter" placeholder={t("list.filter")} aria-label={t("list.filter")} value={q}
                onChange={(_, text) => filter(text)} onClear={() => filter("")}
              />
              <StateFilter rows={rows} column={column} chosen={state} choose={setState} />
              <ColumnPicker columns={columns} hidden={hidden} change={setHidden} />
              <SavedViews noun={noun} now={{ q, state, order, hidden }} show={show} />
            </div>
            <VirtualTable
              label={words.nouns(noun)} rows={found} columns={columns.filter((each) => !hidden.includes(each.name))} nameOf={name}
              noun={noun} order={order} sort={(by) => setOrder((now) => nextOrder(now, by))}
              {...(canAct ? { selected, select, actions: (row: Row) => <RowActions noun={noun} name={name(row)} /> } : {})}
            />
            {found.length === 0 ? <p className="q-nothing">{t("list.noneFound")}</p> : null}
            {noun === "resource" && rows.length === 1 ? <p className="q-nothing">{t("list.machinesHint")}</p> : null}
          </>
        )}
      </PageSection>
    </>
  );
}
