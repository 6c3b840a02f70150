/** Times, lengths and sizes as people read them. */
import i18next from "i18next";

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

/** "850 ms", "4.2 s", "3 min 20 s". */
export function renderLength(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${renderNumber(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

export function renderMib(mib: number): string {
  if (mib < 1024) return `${renderNumber(mib)} MiB`;
  return mib < 1024 * 1024 ? `${renderNumber(mib / 1024)} GiB` : `${renderNumber(mib / 1024 / 1024)} TiB`;
}

export function renderNumber(value: number): string {
  return new Intl.NumberFormat(i18next.language, { maximumFractionDigits: 1 }).format(value);
}
