import type { CsvRow } from '../import/csv';
import { neededNumberIn } from '../import/number-in-cell';
import { secondsIn } from '../import/time-in-cell';
import type { PowerSample } from '../power-sample';

/** Where an external meter's table has its times and powers. */
export interface MeterColumns {
  /** Absent: readings have no time of their own. */
  readonly time?: string;
  /** Seconds in one unit of the time column, where its name tells. */
  readonly timeScale?: number;
  /** Rails in columns of their own, each with watts in one unit, or with a current to multiply by. */
  readonly rails: readonly { readonly name: string; readonly column: string; readonly scale: number; readonly times?: string }[];
  /** Column that names the rail, where every line is of one. */
  readonly rail?: string;
}

const timeColumn = /^(time|timestamp|t|date|datetime|seconds|unix|epoch|elapsed)?([ _]?[([]?(s|sec|ms|us|µs)[)\]]?)?$/i;
const powerColumn = /^(?:(.+?)[ _])?(?:power|watts?|p)?(?:[ _]?[([]?(u|µ|m|k)?w(?:atts?)?[)\]]?)?$/i;
const voltageColumn = /^(?:voltage|volts?|u|v|bus[ _]?voltage)(?:[ _]?[([]?(m)?v(?:olts?)?[)\]]?)?$/i;
const currentColumn = /^(?:current|amps?|amperes?|i|a)(?:[ _]?[([]?(u|µ|m)?a(?:mps?)?[)\]]?)?$/i;
const scales: Readonly<Record<string, number>> = { u: 1e-6, µ: 1e-6, m: 1e-3, k: 1e3 };
const secondsOf: Readonly<Record<string, number>> = { ms: 1e-3, us: 1e-6, µs: 1e-6 };

/**
 * Finds times and powers by the names of the columns: `time,watts`, `timestamp,rail,power_mW`, `t,VCCINT_power,VCCAUX_power`,
 * `time_ms,voltage_V,current_mA`.
 * @throws Error that says which columns are needed.
 */
export function meterColumns(columns: readonly string[]): MeterColumns {
  const time = columns.find((column, index) => timeColumn.test(column) && (column !== '' || index === 0));
  const unit = timeColumn.exec(time ?? '')?.[3]?.toLowerCase();
  const rail = columns.find((column) => /^(rail|channel|sensor|name)$/i.test(column));
  const rest = columns.filter((column) => column !== time && column !== rail);
  const powers = rest.filter((column) => /power|watt|(^|[ _([])[uµmk]?w[)\]]?$/i.test(column));
  const rails = powers.map((column) => {
    const [, name, prefix] = powerColumn.exec(column) ?? [];
    const plain = !name || /^(power|watts?|p)$/i.test(name);
    return { name: plain ? (powers.length === 1 ? 'meter' : column) : name, column, scale: scaleOf(prefix) };
  });
  const [voltage, current] = [voltageColumn, currentColumn].map((names) => rest.find((column) => names.test(column)));
  if (rails.length === 0 && voltage && current) {
    const scale = scaleOf(voltageColumn.exec(voltage)?.[1]) * scaleOf(currentColumn.exec(current)?.[1]);
    rails.push({ name: 'meter', column: voltage, scale, ...{ times: current } });
  }
  if (rails.length === 0) {
    throw new Error(
      `its columns (${columns.join(', ')}) hold no power: name one watts, power_mW or <rail>_power, or give voltage_V and current_A`,
    );
  }
  return {
    ...(time !== undefined && { time }),
    ...(unit && secondsOf[unit] && { timeScale: secondsOf[unit] }),
    rails,
    ...(rail !== undefined && { rail }),
  };
}

const scaleOf = (prefix: string | undefined) => (prefix ? (scales[prefix.toLowerCase()] ?? 1) : 1);

/**
 * The readings of one line.
 * @param arrival time of readings that have none of their own.
 * @throws Error with line and column where a cell is no number.
 */
export function samplesOfRow(row: CsvRow, { time, timeScale, rails, rail }: MeterColumns, arrival: number): PowerSample[] {
  const at = time === undefined ? arrival : timeScale === undefined ? secondsIn(row, time) : neededNumberIn(row, time) * timeScale;
  return rails.map(({ name, column, scale, times }) => ({
    time: at,
    rail: rail === undefined ? name : (row.cells[rail] ?? name),
    watts: neededNumberIn(row, column) * scale * (times === undefined ? 1 : neededNumberIn(row, times)),
  }));
}
