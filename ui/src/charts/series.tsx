// Enters: a statistic over time with the band that it usually keeps to. Leaves: a line in which the points outside of the
// band are marked by shape and colour, and a line at the moment from which it was wrong.

import { compact, day, number, ticks, time } from "../format.ts";
import { Fluid } from "./fluid.tsx";

interface Props { points: [number, number][]; low?: number | null | undefined; high?: number | null | undefined; badFrom?: number; name: string }

const DATED = 1e11; // smaller ones are no times but ranks: the oldest batch is 0
const LEFT = 44;
const BELOW = 22;

const HEIGHT = 160;

export function Series(props: Props) {
  return <Fluid>{(width) => <Line {...props} width={width} height={HEIGHT} />}</Fluid>;
}

function Line({ points, low, high, badFrom, name, width, height }: Props & { width: number; height: number }) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const values = [...points.map(([, value]) => value), low, high].filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  const margin = (Math.max(...values) - Math.min(...values)) * 0.06 || 1;
  const [bottom, top] = [Math.min(...values) - margin, Math.max(...values) + margin];
  const dated = last[0] > DATED;
  const hint = (us: number, value: number, index: number) => `${dated ? time(us) : `batch ${index + 1} of ${points.length}`}: ${number(value)}`;
  const floor = height - BELOW;
  const x = (us: number) => LEFT + ((us - first[0]) / (last[0] - first[0] || 1)) * (width - LEFT - 8);
  const y = (value: number) => floor - ((value - bottom) / (top - bottom)) * (floor - 8);
  const outside = (value: number) => (typeof high === "number" && value > high) || (typeof low === "number" && value < low);
  const bad = badFrom && badFrom >= first[0] && badFrom <= last[0] ? badFrom : undefined;
  const line = points.map(([us, value], index) => `${index ? "L" : "M"}${x(us).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const said = `${name} over time: last ${number(last[1])}${typeof low === "number" ? `, usually from ${number(low)}` : ""}${typeof high === "number" ? ` to ${number(high)}` : ""}`;
  return (
    <svg class="chart" width={width} height={height} role="img" aria-label={said}>
      {(typeof low === "number" || typeof high === "number") && (
        <rect class="band" x={LEFT} width={width - LEFT - 8} y={y(high ?? top)} height={Math.max(y(low ?? bottom) - y(high ?? top), 1)} />
      )}
      {ticks(bottom, top, 3).map((tick) => (
        <g>
          <line class="rule" x1={LEFT} x2={width - 8} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={LEFT - 6} y={y(tick) + 3.5} text-anchor="end">{compact(tick)}</text>
        </g>
      ))}
      {bad !== undefined && <BadFrom x={x(bad)} floor={floor} us={bad} right={x(bad) > width * 0.62} />}
      <path class="line" d={line} />
      {points.map(([us, value], index) => outside(value)
        ? <path class="off" d={`M${x(us)} ${y(value) - 4.5}l4.5 8h-9z`}><title>{hint(us, value, index)}</title></path>
        : <circle class="dot" cx={x(us)} cy={y(value)} r={points.length > 60 ? 1.4 : 2.2}><title>{hint(us, value, index)}</title></circle>)}
      <text class="tick" x={LEFT} y={height - 6}>{dated ? day(first[0]) : `${points.length} batches`}</text>
      <text class="tick" x={width - 8} y={height - 6} text-anchor="end">{dated ? day(last[0]) : "newest"}</text>
    </svg>
  );
}

function BadFrom({ x, floor, us, right }: { x: number; floor: number; us: number; right: boolean }) {
  return (
    <g class="bad-from">
      <line x1={x} x2={x} y1={4} y2={floor} />
      <text x={right ? x - 5 : x + 5} y={13} text-anchor={right ? "end" : "start"}>{`wrong from ${day(us)}`}</text>
    </g>
  );
}
