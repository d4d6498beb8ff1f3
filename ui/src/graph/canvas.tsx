// Enters: a scene. Leaves: a canvas to look at, drag, zoom and walk with the keyboard. What is on screen stays where it is
// when the scene changes; only `fitKey` makes it fit anew. A table beside it says the same to those who cannot see it.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TargetedMouseEvent, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { fullName } from "../names.ts";
import { draw, MARKS, stubAt, type Palette, type View } from "./draw.ts";
import { bounds, type Box, type Scene } from "./scene.ts";

interface Props {
  scene: Scene; label: string; fitKey: string; selected?: string; height: number;
  onSelect?: (id: string) => void; onOpen?: (id: string) => void; onMore?: (id: string, side: 0 | 1) => void;
}

const MARGIN = 24;
const SMALLEST = 0.08;
const LARGEST = 2.5;

export function Graph(props: Props) {
  const { scene, label, fitKey, height, selected = "" } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const [hover, setHover] = useState<Box>();
  const [focused, setFocused] = useState(false);
  const [width, setWidth] = useState(0);
  const [scheme, setScheme] = useState(0);
  const drag = useRef<{ x: number; y: number; moved: boolean } | undefined>(undefined);

  const paint = useCallback(() => {
    const target = canvas.current;
    const ctx = target?.getContext("2d");
    if (!target || !ctx || !width) return;
    const ratio = devicePixelRatio || 1;
    if (target.width !== Math.round(width * ratio) || target.height !== Math.round(height * ratio)) {
      target.width = Math.round(width * ratio);
      target.height = Math.round(height * ratio);
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(ctx, scene, view.current, palette(target), { hover: hover?.id ?? "", selected, focused }, width, height);
  }, [scene, hover, selected, focused, width, height, scheme]);

  const fit = useCallback(() => {
    view.current = fitted(scene, width, height);
    paint();
  }, [scene, width, height, paint]);

  useLayoutEffect(() => follow(canvas.current!.parentElement!, setWidth, setScheme), []);
  useLayoutEffect(() => { if (width) view.current = fitted(scene, width, height); }, [fitKey, width > 0, height]);
  useLayoutEffect(paint, [paint, fitKey]);
  useEffect(() => {
    const target = canvas.current!;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== target) return;
      event.preventDefault();
      zoom(view.current, Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
      paint();
    };
    target.addEventListener("wheel", wheel, { passive: false });
    return () => target.removeEventListener("wheel", wheel);
  }, [paint]);

  const press = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    drag.current = { x: event.clientX, y: event.clientY, moved: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    const start = drag.current;
    if (!start) return setHover(hit(scene, view.current, event.offsetX, event.offsetY)?.box);
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    if (!start.moved && Math.hypot(dx, dy) < 4) return;
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    view.current.x += dx;
    view.current.y += dy;
    paint();
  };
  const release = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    const moved = drag.current?.moved;
    drag.current = undefined;
    if (moved) return;
    const found = hit(scene, view.current, event.offsetX, event.offsetY);
    if (found?.side !== undefined) props.onMore?.(found.box.id, found.side);
    else props.onSelect?.(found?.box.id ?? "");
  };
  const open = (event: TargetedMouseEvent<HTMLCanvasElement>) => {
    const found = hit(scene, view.current, event.offsetX, event.offsetY);
    if (found && found.side === undefined) props.onOpen?.(found.box.id);
  };
  const step = (factor: number) => {
    zoom(view.current, factor, width / 2, height / 2);
    paint();
  };
  const key = (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
    const current = scene.boxes.find((box) => box.id === selected);
    if (event.key === "+" || event.key === "=") step(1.25);
    else if (event.key === "-") step(0.8);
    else if (event.key === "0") fit();
    else if (event.key === "Enter" && current) props.onOpen?.(current.id);
    else if (event.key === "]" && current?.more[1]) props.onMore?.(current.id, 1);
    else if (event.key === "[" && current?.more[0]) props.onMore?.(current.id, 0);
    else if (event.key.startsWith("Arrow")) {
      const next = neighbour(scene, current, event.key);
      if (next) props.onSelect?.(next.id);
    } else return;
    event.preventDefault();
  };
  return (
    <div class="graph" style={{ height: `${height}px` }}>
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={`${label}. The table below says the same.`}
        style={{ cursor: hover ? "pointer" : "grab" }} onPointerDown={press} onPointerMove={move} onPointerUp={release}
        onPointerLeave={() => setHover(undefined)} onDblClick={open} onKeyDown={key}
        onFocus={() => setFocused(true)} onBlur={() => setFocused(false)} />
      {hover && <Tip box={hover} view={view.current} width={width} />}
      <div class="graph-tools">
        <button type="button" title="Zoom in (+)" aria-label="Zoom in" onClick={() => step(1.25)}>+</button>
        <button type="button" title="Zoom out (-)" aria-label="Zoom out" onClick={() => step(0.8)}>−</button>
        <button type="button" title="Show everything (0)" onClick={fit}>Fit</button>
      </div>
    </div>
  );
}

function Tip({ box, view, width }: { box: Box; view: View; width: number }) {
  const x = Math.min(Math.max(view.x + (box.x - box.w / 2) * view.scale, 8), Math.max(8, width - 320));
  const y = view.y + (box.y + box.h / 2) * view.scale + 8;
  const marks = box.marks.map((mark) => MARKS[mark].word).filter(Boolean).join(", ");
  return (
    <div class="graph-tip" style={{ left: `${x}px`, top: `${y}px` }}>
      <b>{fullName(box.id)}</b>
      <span>{[box.node.type.toLowerCase(), box.node.kind, marks].filter(Boolean).join(" · ")}</span>
      <code>{box.id}</code>
    </div>
  );
}

function follow(parent: HTMLElement, setWidth: (width: number) => void, setScheme: (change: (old: number) => number) => void) {
  const observer = new ResizeObserver(() => setWidth(parent.clientWidth));
  observer.observe(parent);
  setWidth(parent.clientWidth);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const change = () => setScheme((old) => old + 1);
  dark.addEventListener("change", change);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", change);
  };
}

function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: read("surface"), raised: read("raised"), line: read("line"), edge: read("edge"), text: read("text"),
    muted: read("muted"), accent: read("accent"), bad: read("bad"), warn: read("warn"), good: read("good"), held: read("held"),
  };
}

function fitted(scene: Scene, width: number, height: number): View {
  if (!scene.boxes.length) return { x: width / 2, y: height / 2, scale: 1 };
  const [left, top, right, bottom] = bounds(scene.boxes);
  const room = Math.min((width - 2 * MARGIN) / (right - left), (height - 2 * MARGIN) / (bottom - top));
  const scale = Math.max(SMALLEST, Math.min(1.1, room));
  return { scale, x: (width - (left + right) * scale) / 2, y: (height - (top + bottom) * scale) / 2 };
}

function zoom(view: View, factor: number, x: number, y: number): void {
  const scale = Math.max(SMALLEST, Math.min(LARGEST, view.scale * factor));
  view.x = x - ((x - view.x) / view.scale) * scale;
  view.y = y - ((y - view.y) / view.scale) * scale;
  view.scale = scale;
}

function hit(scene: Scene, view: View, px: number, py: number): { box: Box; side?: 0 | 1 } | undefined {
  const x = (px - view.x) / view.scale;
  const y = (py - view.y) / view.scale;
  for (const box of scene.boxes) {
    for (const side of [0, 1] as const) {
      const stub = stubAt(box, scene.down, side);
      if (box.more[side] && Math.abs(x - stub.x) <= 16 && Math.abs(y - stub.y) <= 11) return { box, side };
    }
    if (Math.abs(x - box.x) <= box.w / 2 && Math.abs(y - box.y) <= box.h / 2) return { box };
  }
  return undefined;
}

const WAYS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function neighbour(scene: Scene, from: Box | undefined, key: string): Box | undefined {
  const way = WAYS[key];
  if (!way || !from) return scene.boxes[0];
  let best: Box | undefined;
  let least = Infinity;
  for (const box of scene.boxes) {
    const ahead = (box.x - from.x) * way[0] + (box.y - from.y) * way[1];
    const aside = Math.abs((box.x - from.x) * way[1]) + Math.abs((box.y - from.y) * way[0]);
    if (box.id !== from.id && ahead > 1 && ahead + 2 * aside < least) [best, least] = [box, ahead + 2 * aside];
  }
  return best;
}
