// Enters: one or two distributions. Leaves: a drawing in which the reference is grey and filled and the current one is an
// outline in colour. Bins of very unequal width get equal room each, because otherwise most of them could not be seen.

import type { Histogram as Distribution } from "../api.ts";
import { compact, percent, ticks } from "../format.ts";
import { Fluid } from "./fluid.tsx";

interface Props { reference?: Distribution | null | undefined; current?: Distribution | null | undefined }

const HEIGHT = 160;

const UNEVEN = 3; // widest bin to narrowest

export function Histogram({ reference, current }: Props) {
  const either = current ?? reference;
  if (!either) return null;
  if (either.labels?.length) return <Categories reference={reference} current={current} />;
  return <Fluid>{(width) => <Numbers reference={reference} current={current} width={width} height={HEIGHT} />}</Fluid>;
}

interface Bar { left: number; right: number; share: number; low: number; high: number }

/** Bars of a distribution on an axis from 0 to 1, with heights that mean density where bins differ between the two. */
export function bars(of: Distribution, low: number, high: number, equal: boolean): Bar[] {
  const edges = of.edges ?? [];
  return of.shares.map((share, index) => {
    const [from, to] = [edges[index] ?? 0, edges[index + 1] ?? 0];
    const place = (edge: number, rank: number) => (equal ? rank / of.shares.length : (edge - low) / (high - low || 1));
    return { left: place(from, index), right: place(to, index + 1), share, low: from, high: to };
  });
}

function same(left: number[] = [], right: number[] = []): boolean {
  return left.length === right.length && left.every((edge, index) => edge === right[index]);
}

function isUneven(edges: number[]): boolean {
  const widths = edges.slice(1).map((edge, index) => edge - edges[index]!);
  return Math.max(...widths) > UNEVEN * Math.min(...widths);
}

function Numbers({ reference, current, width, height }: Props & { width: number; height: number }) {
  const edges = [...(reference?.edges ?? []), ...(current?.edges ?? [])].filter(Number.isFinite);
  const [low, high] = [Math.min(...edges), Math.max(...edges)];
  const alike = !reference || !current || same(reference.edges, current.edges);
  const shared = (current ?? reference)!.edges ?? [];
  const equal = alike && isUneven(shared);
  const rows = [reference, current].map((of) => (of ? bars(of, low, high, equal) : []));
  const tall = (bar: Bar) => (alike ? bar.share : bar.share / Math.max(bar.right - bar.left, 1e-9));
  const top = Math.max(...rows.flat().map(tall), 1e-9);
  const floor = height - 22;
  const x = (at: number) => 1 + at * (width - 2);
  const y = (bar: Bar) => floor - (tall(bar) / top) * (floor - 6);
  const [before = [], now = []] = rows;
  const outline = now.map((bar) => `L${x(bar.left)} ${y(bar)}L${x(bar.right)} ${y(bar)}`).join("");
  const first = now[0];
  const last = now.at(-1);
  return (
    <svg class="chart" width={width} height={height} role="img" aria-label={said(reference, current)}>
      {before.map((bar) => (
        <rect class="reference" x={x(bar.left) + 0.5} y={y(bar)} width={Math.max(x(bar.right) - x(bar.left) - 1, 0.5)} height={floor - y(bar)} />
      ))}
      {first && last && (
        <path class={reference ? "current" : "current alone"} d={`M${x(first.left)} ${floor}${outline}L${x(last.right)} ${floor}`} />
      )}
      {(now.length ? now : before).map((bar, index) => (
        <rect class="hot" x={x(bar.left)} y={0} width={Math.max(x(bar.right) - x(bar.left), 0.5)} height={floor}>
          <title>{hint(bar, before[index], now[index], alike)}</title>
        </rect>
      ))}
      <line class="axis" x1={0} x2={width} y1={floor + 0.5} y2={floor + 0.5} />
      {axis(now.length ? now : before, low, high, equal, width / 90).map(({ at, value }) => (
        <text class="tick" x={x(at)} y={height - 6} text-anchor={at < 0.04 ? "start" : at > 0.96 ? "end" : "middle"}>{compact(value)}</text>
      ))}
    </svg>
  );
}

function hint(bar: Bar, before: Bar | undefined, now: Bar | undefined, alike: boolean): string {
  const range = `${compact(bar.low)} to ${compact(bar.high)}`;
  if (!alike) return `${range}: ${percent(bar.share)}`;
  return `${range}: ${[before && `usually ${percent(before.share)}`, now && `now ${percent(now.share)}`].filter(Boolean).join(", ")}`;
}

function axis(row: Bar[], low: number, high: number, equal: boolean, wanted: number): { at: number; value: number }[] {
  if (!row.length) return [];
  if (!equal) return ticks(low, high, wanted).map((value) => ({ at: (value - low) / (high - low || 1), value }));
  const step = Math.max(1, Math.round(row.length / 5));
  const marks = row.filter((_, index) => index % step === 0 && index <= row.length - step * 0.6).map((bar) => ({ at: bar.left, value: bar.low }));
  return [...marks, { at: 1, value: row.at(-1)!.high }];
}

function said(reference: Distribution | null | undefined, current: Distribution | null | undefined): string {
  const mode = (of: Distribution) => {
    const index = of.shares.indexOf(Math.max(...of.shares));
    return `${compact(of.edges?.[index] ?? 0)} to ${compact(of.edges?.[index + 1] ?? 0)} (${percent(of.shares[index])})`;
  };
  return [reference && `Usually most values lie at ${mode(reference)}`, current && `now at ${mode(current)}`].filter(Boolean).join("; ");
}

function Categories({ reference, current }: Pick<Props, "reference" | "current">) {
  const labels = [...new Set([...(current?.labels ?? []), ...(reference?.labels ?? [])])].slice(0, 12);
  const share = (of: Distribution | null | undefined, label: string) => of?.shares[of.labels?.indexOf(label) ?? -1] ?? 0;
  const top = Math.max(...labels.flatMap((label) => [share(reference, label), share(current, label)]), 1e-9);
  const bar = (kind: string, value: number) => (
    <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class={kind} width={(value / top) * 100} height="6" /></svg>
  );
  return (
    <table class="categories">
      <tbody>
        {labels.map((label) => (
          <tr>
            <th scope="row" title={label}>{label || "(empty)"}</th>
            <td class="wide">{reference && bar("reference", share(reference, label))}{current && bar("now", share(current, label))}</td>
            <td class="num">{reference && percent(share(reference, label))}</td>
            <td class="num strong">{current && percent(share(current, label))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A small one without axis, for tables. */
export function Spark({ of, width = 96, height = 24 }: { of: Distribution; width?: number; height?: number }) {
  const top = Math.max(...of.shares, 1e-9);
  const step = width / Math.max(of.shares.length, 1);
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {of.shares.map((share, index) => (
        <rect class="reference" x={index * step} width={Math.max(step - 1, 0.6)} y={height - (share / top) * height} height={(share / top) * height}>
          <title>{`${of.labels?.[index] ?? compact(of.edges?.[index] ?? 0)}: ${percent(share)}`}</title>
        </rect>
      ))}
    </svg>
  );
}
