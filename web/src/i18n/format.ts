/** Times, lengths and sizes as people read them. */
import i18next from "i18next";

const DAY_S = 86_400;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

export function renderTime(seconds: number): string {
  return new Intl.DateTimeFormat(i18next.language, { dateStyle: "medium", timeStyle: "medium" }).format(seconds * 1000);
}

/** "3 minutes ago". */
export function renderAgo(seconds: number, now = Date.now() / 1000): string {
  const format = new Intl.RelativeTimeFormat(i18next.language, { numeric: "auto" });
  const past = now - seconds;
  const unit = UNITS.find(([, length]) => Math.abs(past) >= length);
  return unit ? format.format(-Math.round(past / unit[1]), unit[0]) : format.format(-Math.round(past), "second");
}

/** "850 ms", "4.2 s", "3 min 20 s", "17 d 4 h". */
export function renderLength(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${renderNumber(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 3600) return both(seconds, 60, "min", 1, "s");
  return seconds < 2 * DAY_S ? both(seconds, 3600, "h", 60, "min") : both(seconds, DAY_S, "d", 3600, "h");
}

/** Of two units; nothing of the smaller one is not said. */
function both(seconds: number, large: number, one: string, small: number, other: string): string {
  const whole = Math.round(seconds / small) * small;
  const rest = Math.round((whole % large) / small);
  return `${Math.floor(whole / large)} ${one}${rest > 0 ? ` ${rest} ${other}` : ""}`;
}

export function renderLoad(load: number): string {
  return new Intl.NumberFormat(i18next.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(load);
}

export function renderPercent(percent: number): string {
  return new Intl.NumberFormat(i18next.language, { style: "percent" }).format(percent / 100);
}

export function renderMib(mib: number): string {
  if (mib < 1024) return `${renderNumber(mib)} MiB`;
  return mib < 1024 * 1024 ? `${renderNumber(mib / 1024)} GiB` : `${renderNumber(mib / 1024 / 1024)} TiB`;
}

export function renderNumber(value: number): string {
  return new Intl.NumberFormat(i18next.language, { maximumFractionDigits: 1 }).format(value);
}
