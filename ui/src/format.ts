// Enters: numbers, microseconds since 1970 UTC, currencies. Leaves: text for people, always in UTC and English. Pure.

const DAY_US = 86_400_000_000;
const MINUS = "−";

/** A number with thousands separators and at most `digits` significant decimals. */
export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const magnitude = Math.abs(value);
  const decimals = Number.isInteger(value) || magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 1 ? 2 : digits;
  if (magnitude > 0 && magnitude < 10 ** -digits) return value.toExponential(1).replace("-", MINUS);
  return value.toLocaleString("en-US", { maximumFractionDigits: decimals }).replace("-", MINUS);
}

/** A whole count with thousands separators. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en-US");
}

/** `1 answer`, `1,204 answers`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Money in its currency; cents only where they exist and the sum is below 1,000. */
export function money(value: number | undefined, currency = "USD"): string {
  const amount = value ?? 0;
  const cents = Math.abs(amount) < 1000 && !Number.isInteger(amount) ? 2 : 0;
  try {
    const style = { style: "currency", currency, minimumFractionDigits: cents, maximumFractionDigits: cents } as const;
    return amount.toLocaleString("en-US", style).replace("-", MINUS);
  } catch {
    return `${amount.toLocaleString("en-US", { maximumFractionDigits: cents })} ${currency}`;
  }
}

/** Money of several currencies, each by itself: `$4,310 and €120`; one in which nothing was paid is left out. */
export function monies(value = 0, currency = "USD", others: Record<string, number> = {}): string {
  const every = Object.entries(others).map(([other, amount]) => money(amount, other));
  const parts = value || !every.length ? [money(value, currency), ...every] : every;
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** A share between 0 and 1 as a percentage; what is not all of something is never 100 %, and what is not nothing never 0 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const value = share * 100;
  if (value > 0 && value < 0.1) return "<0.1 %";
  if (value > 99.9 && value < 100) return ">99.9 %";
  return `${value.toFixed((value < 10 || value > 99) && value !== Math.round(value) ? 1 : 0)} %`;
}

/** A number of bytes: `1.2 MB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const step = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** step).toFixed(step ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB"][step]}`;
}

/** `2013-03-04 06:15 UTC`; "–" for 0, which means unknown. */
export function time(us: number | undefined): string {
  return us ? `${new Date(us / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC` : "–";
}

/** `2013-03-04`. */
export function day(us: number | undefined): string {
  return us ? new Date(us / 1000).toISOString().slice(0, 10) : "–";
}

/** `5 min ago`, `in 2 h`; "" when unknown or further away than 60 days, where it would say nothing. */
export function relative(us: number | undefined, nowUs = Date.now() * 1000): string {
  if (!us) return "";
  const distance = Math.abs(nowUs - us);
  if (distance > 60 * DAY_US) return "";
  if (distance < 60_000_000) return "just now";
  const minutes = distance / 60_000_000;
  const text = minutes < 60 ? `${Math.floor(minutes)} min` : minutes < 1440
    ? `${Math.floor(minutes / 60)} h` : `${plural(Math.floor(minutes / 1440), "day")}`;
  return us > nowUs ? `in ${text}` : `${text} ago`;
}

/** A length of time: `3 min`, `2 days 4 h`. */
export function span(us: number): string {
  const minutes = Math.max(0, Math.round(us / 60_000_000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${plural(Math.floor(minutes / 1440), "day")} ${Math.floor((minutes % 1440) / 60)} h`;
}

/** Ticks for an axis from `low` to `high`: about `wanted` round numbers within it. */
export function ticks(low: number, high: number, wanted = 4): number[] {
  const width = high - low;
  if (!(width > 0)) return [low];
  const raw = width / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const found: number[] = [];
  for (let tick = Math.ceil(low / step); tick * step <= high + step * 1e-9; tick++) found.push(Number((tick * step).toPrecision(12)));
  return found;
}

/** What a guard decided: `block`; where it only observed, what it would have done: `would block`. */
export function decided(action = "allow", mode = "enforce"): string {
  return mode === "observe" && action !== "allow" && action !== "flag" ? `would ${action}` : action;
}

/** An axis label: `1.5k`, `2M`, `0.25`. */
export function compact(value: number): string {
  return value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 3 }).replace("-", MINUS);
}
