// Enters: a scene, a view (offset and scale) and colours. Leaves: paint on a canvas. Only what is in view is drawn, and
// writing is left out where it could not be read. State is carried by shape and words as well as by colour.

import type { Box, Curve, Mark, Point, Scene } from "./scene.ts";

export interface View { x: number; y: number; scale: number }
export type Palette = Record<"surface" | "raised" | "line" | "edge" | "text" | "muted" | "accent" | "bad" | "warn" | "good" | "held", string>;
export interface Pointing { hover: string; selected: string; focused: boolean }

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
const READABLE = 0.45;

export const MARKS: Record<Mark, { word: string; colour: keyof Palette }> = {
  cause: { word: "first cause", colour: "bad" },
  symptom: { word: "symptom", colour: "warn" },
  endpoint: { word: "endpoint", colour: "accent" },
  quarantined: { word: "quarantined", colour: "held" },
  drift: { word: "drift", colour: "warn" },
  changed: { word: "changed", colour: "warn" },
  focus: { word: "", colour: "accent" },
};

/** Paint the whole canvas of `width` × `height` CSS pixels. */
export function draw(ctx: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette, at: Pointing, width: number, height: number): void {
  ctx.save();
  ctx.clearRect(0, 0, width, height);
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  const left = -view.x / view.scale;
  const top = -view.y / view.scale;
  const right = left + width / view.scale;
  const bottom = top + height / view.scale;
  const lit = at.hover || at.selected;
  const curves = scene.curves.filter(({ points }) => touches(points, left, top, right, bottom));
  for (const curve of curves) if (!curve.main) drawCurve(ctx, curve, scene.down, palette, lit);
  for (const curve of curves) if (curve.main) drawCurve(ctx, curve, scene.down, palette, lit);
  for (const box of scene.boxes) {
    if (Math.abs(box.x - (left + right) / 2) > (right - left) / 2 + box.w || Math.abs(box.y - (top + bottom) / 2) > (bottom - top) / 2 + box.h * 2) continue;
    drawBox(ctx, box, palette, at, view.scale);
    if (view.scale > READABLE) drawStubs(ctx, box, scene.down, palette);
  }
  ctx.restore();
}

function touches(points: readonly Point[], left: number, top: number, right: number, bottom: number): boolean {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return Math.max(...xs) >= left && Math.min(...xs) <= right && Math.max(...ys) >= top && Math.min(...ys) <= bottom;
}

function drawCurve(ctx: CanvasRenderingContext2D, curve: Curve, down: boolean, palette: Palette, lit: string): void {
  const near = lit !== "" && (curve.from === lit || curve.to === lit);
  ctx.strokeStyle = ctx.fillStyle = curve.main ? palette.bad : near ? palette.accent : palette.edge;
  ctx.lineWidth = curve.main ? 2.5 : near ? 2 : 1.25;
  ctx.setLineDash(curve.unsure ? [5, 4] : []);
  ctx.beginPath();
  const [start, ...rest] = curve.points;
  if (!start) return;
  ctx.moveTo(start.x, start.y);
  let last = start;
  rest.forEach((point, index) => {
    const end = index === rest.length - 1;
    const tip = end ? (down ? { x: point.x, y: point.y - 6 } : { x: point.x - 6, y: point.y }) : point;
    const bendX = (tip.x - last.x) / 2;
    const bendY = (tip.y - last.y) / 2;
    if (down) ctx.bezierCurveTo(last.x, last.y + bendY, tip.x, tip.y - bendY, tip.x, tip.y);
    else ctx.bezierCurveTo(last.x + bendX, last.y, tip.x - bendX, tip.y, tip.x, tip.y);
    last = tip;
  });
  ctx.stroke();
  ctx.setLineDash([]);
  arrowHead(ctx, curve.points.at(-1)!, down, curve.main ? 5 : 4);
}

function arrowHead(ctx: CanvasRenderingContext2D, { x, y }: Point, down: boolean, half: number): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(down ? x - half : x - 8, down ? y - 8 : y - half);
  ctx.lineTo(down ? x + half : x - 8, down ? y - 8 : y + half);
  ctx.fill();
}

function outline(ctx: CanvasRenderingContext2D, { x, y, w, h, node }: Box, grow = 0): void {
  const [left, top, width, height] = [x - w / 2 - grow, y - h / 2 - grow, w + 2 * grow, h + 2 * grow];
  ctx.beginPath();
  if (node.type === "JOB" || node.type === "RUN") {
    const tip = 11;
    ctx.moveTo(left + tip, top);
    ctx.lineTo(left + width - tip, top);
    ctx.lineTo(left + width, y);
    ctx.lineTo(left + width - tip, top + height);
    ctx.lineTo(left + tip, top + height);
    ctx.lineTo(left, y);
    ctx.closePath();
  } else ctx.roundRect(left, top, width, height, node.type === "FIELD" ? 3 : 8);
}

function drawBox(ctx: CanvasRenderingContext2D, box: Box, palette: Palette, at: Pointing, scale: number): void {
  const job = box.node.type === "JOB" || box.node.type === "RUN";
  const mark = box.marks[0];
  outline(ctx, box);
  ctx.fillStyle = job ? palette.raised : palette.surface;
  ctx.fill();
  ctx.strokeStyle = mark ? palette[MARKS[mark].colour] : palette.edge;
  ctx.lineWidth = mark ? 2 : 1.25;
  ctx.setLineDash(box.marks.includes("quarantined") ? [6, 4] : []);
  ctx.stroke();
  ctx.setLineDash([]);
  if (box.id === at.selected || box.id === at.hover) {
    outline(ctx, box, 4);
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = box.id === at.selected && at.focused ? 2.5 : 1.5;
    ctx.stroke();
  }
  if (scale <= READABLE) return;
  write(ctx, box, palette, job);
  drawMarks(ctx, box, palette);
}

function write(ctx: CanvasRenderingContext2D, box: Box, palette: Palette, job: boolean): void {
  const left = box.x - box.w / 2 + (job ? 18 : 34);
  const room = box.w - (job ? 36 : 42);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillStyle = palette.text;
  ctx.font = `${job ? 500 : 600} 13px ${FONT}`;
  const text = fit(ctx, box.label, room);
  if (job) {
    ctx.textAlign = "center";
    ctx.fillText(text, box.x, box.y + 0.5);
    return;
  }
  ctx.fillText(text, left, box.y - 7);
  ctx.fillStyle = palette.muted;
  ctx.font = `11px ${FONT}`;
  ctx.fillText(fit(ctx, box.sub, room), left, box.y + 10);
  drawGlyph(ctx, box.node.type === "FIELD" ? "field" : box.sub, box.x - box.w / 2 + 18, box.y, palette.muted);
}

function fit(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  let kept = text;
  while (kept.length > 1 && ctx.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return `${kept}…`;
}

/** A sign for the kind of a dataset, about 14 pixels wide. */
function drawGlyph(ctx: CanvasRenderingContext2D, kind: string, x: number, y: number, colour: string): void {
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 1.4;
  const path = new Path2D(GLYPHS[kind] ?? GLYPHS["table"]);
  ctx.save();
  ctx.translate(x - 7, y - 7);
  ctx.stroke(path);
  ctx.restore();
}

const GLYPHS: Record<string, string> = {
  table: "M1 2h12v10H1zM1 5.5h12M5 5.5V12",
  file: "M3 1h5l3 3v9H3zM8 1v3h3",
  documents: "M2 3.5h7V13H2zM4.5 3.5V1H12v9.5H9M4 6.5h3M4 9h3",
  index: "M6 6m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0M9.3 9.3L13 13",
  model: "M2 10.5a1.5 1.5 0 1 0 .01 0M7 2a1.5 1.5 0 1 0 .01 0M12 10.5a1.5 1.5 0 1 0 .01 0M6.3 4.8L2.8 10.4M7.7 4.8L11.2 10.4M3.6 12H10.4",
  prompt: "M1 2.5h12v7.5H6L3.5 12.5V10H1z",
  predictions: "M1 12.5h12M2.5 12V8M6 12V4.5M9.5 12V6.5M12.5 12V2",
  field: "M4 2h6M4 12h6M7 2v10",
};

function drawMarks(ctx: CanvasRenderingContext2D, box: Box, palette: Palette): void {
  let x = box.x - box.w / 2 + 1;
  const y = box.y - box.h / 2 - 11;
  ctx.font = `600 11px ${FONT}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const mark of box.marks) {
    const { word, colour } = MARKS[mark];
    if (!word) continue;
    const crowded = box.marks.length > 2 && mark !== box.marks[0];
    const width = crowded ? 15 : 20 + ctx.measureText(word).width;
    ctx.fillStyle = palette.surface; // no line runs through a word
    ctx.fillRect(x - 2, y - 7, width, 13);
    ctx.fillStyle = palette[colour];
    signShape(ctx, mark, x + 5, y);
    if (!crowded) ctx.fillText(word, x + 13, y + 0.5);
    x += width;
  }
}

function signShape(ctx: CanvasRenderingContext2D, mark: Mark, x: number, y: number): void {
  const r = 4.5;
  ctx.beginPath();
  if (mark === "cause") [[0, -r], [r, 0], [0, r], [-r, 0]].forEach(([dx, dy]) => ctx.lineTo(x + dx!, y + dy!));
  else if (mark === "endpoint") ctx.arc(x, y, r, 0, Math.PI * 2);
  else if (mark === "quarantined") ctx.rect(x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1);
  else [[0, -r], [r, r - 0.5], [-r, r - 0.5]].forEach(([dx, dy]) => ctx.lineTo(x + dx!, y + dy!));
  ctx.closePath();
  if (mark === "drift" || mark === "changed") {
    ctx.strokeStyle = ctx.fillStyle;
    ctx.lineWidth = 1.4;
    ctx.stroke();
  } else ctx.fill();
}

/** Where the "+N" of a box is: [upstream, downstream]. */
export function stubAt(box: Box, down: boolean, side: 0 | 1): Point {
  const way = side ? 1 : -1;
  return down ? { x: box.x, y: box.y + way * (box.h / 2 + 15) } : { x: box.x + way * (box.w / 2 + 19), y: box.y };
}

function drawStubs(ctx: CanvasRenderingContext2D, box: Box, down: boolean, palette: Palette): void {
  for (const side of [0, 1] as const) {
    if (!box.more[side]) continue;
    const { x, y } = stubAt(box, down, side);
    ctx.beginPath();
    ctx.roundRect(x - 15, y - 9, 30, 18, 9);
    ctx.fillStyle = palette.raised;
    ctx.fill();
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 1.25;
    ctx.stroke();
    ctx.fillStyle = palette.accent;
    ctx.font = `600 11px ${FONT}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(`+${box.more[side]}`, x, y + 0.5);
  }
}
