// Durations as people type them: 90d, 12h, 30m, 4w.

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const longestMs = 10 * 365 * 86_400_000;

/** Milliseconds, or undefined when `text` is not a positive whole number with a unit, or is longer than ten years. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([mhdw])$/.exec(text.trim().toLowerCase());
  const milliseconds = Number(match?.[1]) * (units[match?.[2] ?? ''] ?? Number.NaN);
  return milliseconds > 0 && milliseconds <= longestMs ? milliseconds : undefined;
}
