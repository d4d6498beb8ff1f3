// A question before a deed: what will happen, at most one line to fill in, and what went wrong if it did.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { refresh } from "../live.ts";
import { Failure } from "./basics.tsx";

interface Props {
  label: string; title: string; children: ComponentChildren; field?: { name: string; initial: string }; strong?: boolean;
  run: (value: string) => Promise<unknown>;
}

/** A button that asks first. */
export function Ask({ label, title, children, field, strong, run }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={strong ? "strong" : ""} onClick={() => setOpen(true)}>{label}</button>
      {open && <Dialog {...{ label, title, children, run, close: () => setOpen(false) }} {...(field ? { field } : {})} />}
    </>
  );
}

function Dialog({ label, title, children, field, run, close }: Props & { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [value, setValue] = useState(field?.initial ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    run(value.trim()).then(
      () => {
        refresh();
        close();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(reason instanceof ApiError ? reason : new ApiError(0, "page", String(reason), ""));
      },
    );
  };
  return (
    <dialog ref={dialog} onClose={close} aria-label={title}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        <div>{children}</div>
        {field && (
          <label>{field.name}<input required value={value} onInput={(event) => setValue(event.currentTarget.value)} /></label>
        )}
        {error && <Failure error={error} />}
        <footer>
          <button type="button" onClick={close}>Cancel</button>
          <button type="submit" class="strong" disabled={busy}>{busy ? "Working…" : label}</button>
        </footer>
      </form>
    </dialog>
  );
}
