/** Figures as people read them: three significant digits, a unit that fits, a space before the unit. */

const joulePrefixes = ['p', 'n', 'µ', 'm', '', 'k', 'M', 'G'] as const;
const countPrefixes = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** Three significant digits without an exponent; `undefined` where they reach 1000 and the next unit fits better. */
function threeDigits(value: number): string | undefined {
  const text = value.toPrecision(3);
  return Number(text) >= 1000 ? undefined : text;
}

function withPrefix(value: number, prefixes: readonly string[], smallest: number, unit: string): string {
  const first = Math.min(Math.max(Math.floor(Math.log10(value) / 3) - smallest, 0), prefixes.length - 1);
  for (let index = first; index < prefixes.length; index++) {
    const text = threeDigits(value / 1000 ** (index + smallest));
    if (text !== undefined && !text.includes('e')) return `${text} ${prefixes[index]}${unit}`.trimEnd();
  }
  return `${value.toExponential(2)} ${unit}`.trimEnd();
}

/** Joules, `1.80 mJ`; from pJ to GJ. */
export function formatJoules(joules: number): string {
  if (!Number.isFinite(joules)) return 'unavailable';
  if (joules === 0) return '0 J';
  if (joules < 0) return `−${formatJoules(-joules)}`;
  return withPrefix(joules, joulePrefixes, -4, 'J');
}

/** Whole numbers such as MACs or parameters: `640`, `40.6 M`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return 'unavailable';
  if (count < 0) return `−${formatCount(-count)}`;
  if (count < 999.5) return String(Math.round(count));
  return withPrefix(count, countPrefixes, 0, '');
}

/** A share between 0 and 1 in per cent: `84 %`, below ten with one decimal: `3.3 %`. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return 'unavailable';
  if (share < 0) return share > -0.0005 ? '0 %' : `−${formatShare(-share)}`;
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.05) return '< 0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/**
 * How far a figure lies from another, by their ratio: `+17 %`, `−8.0 %`, and from ten on `42 times`.
 * @param times words the latter.
 */
export function formatDeviation(ratio: number, times: (count: string) => string = (count) => `${count} times`): string {
  if (ratio >= 10) return times(ratio >= 1000 ? Number(ratio.toPrecision(3)).toExponential() : String(Math.round(ratio)));
  const share = formatShare(ratio - 1);
  return ratio < 1 ? share : `+${share}`;
}

/** Seconds as a length of time: `420 ms`, `12 s`, `3 min 20 s`, `1 h 05 min`, `2 d 3 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return 'unavailable';
  if (seconds === 0) return '0 s';
  if (seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
