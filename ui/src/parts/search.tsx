// A search box: names as they are typed, the arrow keys to choose, Enter to go.

import { useEffect, useId, useState } from "preact/hooks";
import { api, type Hit } from "../api.ts";
import { parse } from "../names.ts";

const WAIT_MS = 160;

export function SearchBox({ query, onPick }: { query: string; onPick: (node: string) => void }) {
  const [text, setText] = useState(query);
  const [hits, setHits] = useState<Hit[]>([]);
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const list = useId();
  useEffect(() => {
    if (text.trim().length < 1) return setHits([]);
    let current = true;
    const timer = setTimeout(() => {
      api.search(text.trim()).then(({ nodes }) => {
        if (!current) return;
        setHits(nodes.slice(0, 12));
        setAt(0);
      }, () => current && setHits([]));
    }, WAIT_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text]);
  const pick = (hit: Hit | undefined) => {
    if (!hit) return;
    setOpen(false);
    setText("");
    onPick(hit.id);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") pick(hits[at]);
    else if (event.key === "Escape") setOpen(false);
    else return;
    event.preventDefault();
  };
  const visible = open && text.trim() !== "";
  return (
    <div class="search">
      <input role="combobox" list={undefined} autocomplete="off" aria-expanded={visible} aria-controls={list} aria-label="Find a dataset, column or job"
        placeholder="Find a dataset, column or job" value={text} onKeyDown={key} onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)} onInput={(event) => { setText(event.currentTarget.value); setOpen(true); }} />
      {visible && (
        <ul id={list} role="listbox">
          {hits.map((hit, index) => (
            <li key={hit.id} role="option" aria-selected={index === at} onMouseDown={(event) => { event.preventDefault(); pick(hit); }}>
              <b>{hit.label || parse(hit.id).name}</b><span class="muted">{hit.kind || parse(hit.id).type}</span>
            </li>
          ))}
          {!hits.length && <li class="muted">Nothing has such a name.</li>}
        </ul>
      )}
    </div>
  );
}
