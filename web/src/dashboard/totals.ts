/** Sums for the dashboard; pure. */

/** How many of any type are in each condition. */
export function conditions(byType: Readonly<Record<string, Readonly<Record<string, number>>>>): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const counts of Object.values(byType)) {
    for (const [condition, count] of Object.entries(counts)) totals[condition] = (totals[condition] ?? 0) + count;
  }
  return totals;
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** At most 100; 0 of nothing. */
export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.round((100 * part) / whole)) : 0;
}

/** In the order in which they are drawn: what runs first, what is wrong last. */
const ORDER = ["running", "assigned", "idle", "starting", "booting", "stopping", "stopped", "off", "unknown", "degraded", "lost", "stuck"];

export function parts(counts: Readonly<Record<string, number>>): [string, number][] {
  const place = (state: string) => (ORDER.includes(state) ? ORDER.indexOf(state) : ORDER.length);
  return Object.entries(counts).filter(([, count]) => count > 0).sort(([one], [other]) => place(one) - place(other));
}
