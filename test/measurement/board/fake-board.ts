import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Random } from '../../../src/platform/random';

/** What the board knows of one load that it ran: the truth that a measurement is held against. */
export interface TrueLoad {
  readonly layer: string;
  /** Above the idle power, as it was on the board. */
  readonly joules: number;
  readonly seconds: number;
}

const idleW = { VCCINT: 1.5, VCCAUX: 0.5 };
/** Share of a load's power on each rail. */
const shares = { VCCINT: 0.8, VCCAUX: 0.2 };
type RailName = keyof typeof idleW;
/** Standard deviation of a reading. */
const noiseW = 0.02;
const tickMs = 4;
const package0 = 'sys/class/powercap/intel-rapl:0';

/**
 * A board that is a folder: /proc and /sys with two INA226 and a PMBus regulator (or a processor's RAPL counters), whose power follows the
 * workload that runs, and whose clock is its own. Its workload is a shell script that takes a layer's JSON; the power above idle is 1 W and a quarter for each 16 filters.
 */
export class FakeBoard {
  readonly root = mkdtempSync(join(tmpdir(), 'e2-train-board-'));
  readonly loads: TrueLoad[] = [];
  /** Called when a load begins, with its number from 1. */
  onLoad: (number: number, layer: string) => void = () => {};
  /** Power that the external meter at its plug has seen: [seconds on the meter's clock, watts]. */
  readonly meterReadings: [number, number][] = [];
  private readonly noise = new Random(7, 'sensor noise');
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly places: Record<RailName, string> = { VCCINT: 'hwmon0', VCCAUX: 'hwmon1' };
  private startedAt: number;
  private lastTick = performance.now();
  private load?: { layer: string; watts: number; joules: number; seconds: number };
  private begun = 0;
  private countedJ = 0;

  /** @param meterClock time on the external meter's clock when the board is made. */
  constructor(
    private readonly options: { readonly uptime?: number; readonly meterClock?: number; readonly sensors?: boolean | 'rapl' } = {},
  ) {
    this.startedAt = performance.now() - (options.uptime ?? 5000) * 1000;
    this.write('proc/sys/kernel/random/boot_id', '11111111-0000-4000-8000-000000000001\n');
    this.write('proc/device-tree/model', 'Avnet Ultra96 Rev1\0');
    if (options.sensors === 'rapl') this.addCounter();
    else if (options.sensors !== false) this.addSensors();
    this.write('run-layer', runLayer);
    chmodSync(join(this.root, 'run-layer'), 0o755);
    this.tick();
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  get workload(): string {
    return `FAKE=${this.root} ${this.root}/run-layer {layer.json}`;
  }

  private get uptime(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** Starts anew: another boot id, a clock from three seconds, and sensors under other numbers. */
  reboot(): void {
    this.abandonLoad();
    this.startedAt = performance.now() - 3000;
    this.write('proc/sys/kernel/random/boot_id', '22222222-0000-4000-8000-000000000002\n');
    this.renumber('VCCINT', 'hwmon4');
    this.renumber('VCCAUX', 'hwmon0');
    this.tick();
  }

  /** The driver of a rail is bound anew: its sensor has another number from now on. */
  renumber(rail: RailName, to: string): void {
    renameSync(join(this.root, 'sys/class/hwmon', this.places[rail]), join(this.root, 'sys/class/hwmon', to));
    this.places[rail] = to;
  }

  remove(rail: RailName): void {
    rmSync(join(this.root, 'sys/class/hwmon', this.places[rail]), { recursive: true });
  }

  /** What ran when the link or the power went is no whole load. */
  abandonLoad(): void {
    rmSync(join(this.root, 'load'), { force: true });
    this.load = undefined;
  }

  /** The external meter's table so far. */
  meterFile(): string {
    return `time,watts\n${this.meterReadings.map(([time, watts]) => `${time.toFixed(4)},${watts.toFixed(4)}`).join('\n')}\n`;
  }

  close(): void {
    clearInterval(this.timer);
    rmSync(this.root, { recursive: true, force: true });
  }

  private addCounter(): void {
    this.write(`${package0}/name`, 'package-0\n');
    this.write(`${package0}/max_energy_range_uj`, '262143328850\n');
  }

  private addSensors(): void {
    for (const rail of Object.keys(idleW) as RailName[]) {
      const folder = `sys/class/hwmon/${this.places[rail]}`;
      this.write(`${folder}/name`, 'ina226\n');
      this.write(`${folder}/power1_label`, `${rail}\n`);
      this.write(`${folder}/shunt_resistor`, '5000\n');
    }
    for (const [file, text] of Object.entries({
      name: 'irps5401',
      power1_label: 'pin',
      power2_label: 'pout1',
      power1_input: '9000000',
      power2_input: '8000000',
    })) {
      this.write(`sys/class/hwmon/hwmon2/${file}`, `${text}\n`);
    }
  }

  private tick(): void {
    const now = performance.now();
    const seconds = (now - this.lastTick) / 1000;
    this.lastTick = now;
    // Power of the span that ends now; the workload's beginnings and ends are seen at ticks.
    if (this.load) {
      this.load.joules += this.load.watts * seconds;
      this.load.seconds += seconds;
    }
    this.follow();
    const above = this.load?.watts ?? 0;
    for (const rail of Object.keys(idleW) as RailName[]) {
      const file = `sys/class/hwmon/${this.places[rail]}/power1_input`;
      const watts = idleW[rail] + shares[rail] * above + noiseW * this.noise.normal();
      if (existsSync(join(this.root, dirname(file)))) this.write(file, `${Math.round(watts * 1e6)}\n`);
    }
    const total = idleW.VCCINT + idleW.VCCAUX + above + noiseW * this.noise.normal();
    this.countedJ += total * seconds;
    if (this.options.sensors === 'rapl') this.write(`${package0}/energy_uj`, `${Math.round(this.countedJ * 1e6)}\n`);
    const { meterClock, uptime = 5000 } = this.options;
    if (meterClock !== undefined) {
      const at = meterClock + this.uptime - uptime;
      if (at - (this.meterReadings.at(-1)?.[0] ?? 0) > 0.018) this.meterReadings.push([at, total]);
    }
    this.write('proc/uptime', `${this.uptime.toFixed(2)} 0.00\n`);
  }

  private follow(): void {
    const file = join(this.root, 'load');
    if (!this.load && existsSync(file)) {
      const [layer = '', watts] = readFileSync(file, 'utf8').split(' ');
      if (watts === undefined) return;
      this.load = { layer, watts: Number(watts), joules: 0, seconds: 0 };
      this.begun += 1;
      this.onLoad(this.begun, layer);
    } else if (this.load && !existsSync(file)) {
      const { layer, joules, seconds } = this.load;
      this.loads.push({ layer, joules, seconds });
      this.load = undefined;
    }
  }

  /** Whole or not at all: a shell that reads meanwhile never sees half a value. */
  private write(path: string, text: string): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(`${whole}~`, text);
    renameSync(`${whole}~`, whole);
  }
}

/** Runs "a layer" for a time that depends on it: tells the board its power, then waits. Marks its own window when it is asked to. */
const runLayer = `#!/bin/sh
json=$(cat "$1")
field() { echo "$json" | sed -n "s/.*\\"$1\\":\\"\\{0,1\\}\\([^,\\"}]*\\).*/\\1/p"; }
name=$(field name)
filters=$(field filters)
watts=$(awk "BEGIN { print 1 + \${filters:-16} / 64 }")
[ -z "$FAIL" ] || { echo "no bitstream for $name" >&2; exit 3; }
[ -z "$MARKS" ] || { sleep 0.2; echo "e2train:begin"; }
echo "$name $watts" >"$FAKE/load.new"
mv "$FAKE/load.new" "$FAKE/load"
sleep $(awk "BEGIN { print \${SECONDS_OF_EXECUTION:-0} * $(field executions) + \${SECONDS_OF_LOAD:-0.8} }")
rm -f "$FAKE/load"
sleep 0.05
[ -z "$MARKS" ] || { echo "e2train:end \${MARKS}"; sleep 0.2; }
`;
