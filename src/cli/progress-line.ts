import { formatDuration, formatJoules, formatShare } from '../energy/format';
import type { EvaluationRecord, IterationRecord, MetricRecord, PredictionRecord } from '../protocol/records';

/** Width of the bar, in signs. */
const barWidth = 20;
/** Without a terminal, one line each so many seconds of training. */
const plainLineSeconds = 5;

/** Shows a run's records on one line that renews itself, or now and then on a line of its own where the output is no terminal. */
export class ProgressLine {
  private iteration?: IterationRecord;
  private trained?: IterationRecord;
  private evaluation?: EvaluationRecord;
  private prediction?: PredictionRecord;
  private ended = false;
  private shownAt = Number.NEGATIVE_INFINITY;

  constructor(
    private plannedIterations: number,
    private readonly stream: NodeJS.WriteStream,
  ) {}

  show(record: MetricRecord): void {
    if (record.type === 'prediction') {
      this.prediction = record;
      this.plannedIterations = record.plannedIterations;
    } else if (record.type === 'evaluation') {
      this.evaluation = record;
    } else if (record.type === 'iteration') {
      this.iteration = record;
      if (record.executed) this.trained = record;
      if (this.due(record)) this.draw();
    }
  }

  /** Says something between two states; the line goes on below it. */
  interject(message: string): void {
    this.stream.write(this.stream.isTTY ? `\r\u001b[2K${message}\n` : `${message}\n`);
  }

  /** Draws the last state and ends the line. */
  end(): void {
    if (!this.iteration) return;
    this.ended = true;
    this.draw();
    if (this.stream.isTTY) this.stream.write('\n');
  }

  private due({ seconds, iteration }: IterationRecord): boolean {
    const pause = this.stream.isTTY ? 0.1 : plainLineSeconds;
    return iteration === 1 || seconds - this.shownAt >= pause;
  }

  private draw(): void {
    const text = this.text();
    this.shownAt = this.iteration?.seconds ?? 0;
    if (!this.stream.isTTY) this.stream.write(`${text}\n`);
    else this.stream.write(`\r\u001b[2K${text.slice(0, (this.stream.columns || 120) - 1)}`);
  }

  private accuracy(): string {
    if (this.evaluation) return `test accuracy ${formatShare(this.evaluation.accuracy)}`;
    return `batch accuracy ${this.trained?.accuracy === undefined ? '–' : formatShare(this.trained.accuracy)}`;
  }

  private text(): string {
    const { iteration, seconds, energyJ } = this.iteration!;
    const share = Math.min(1, iteration / this.plannedIterations);
    const filled = Math.round(share * barWidth);
    const parts = [
      `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${iteration}/${this.plannedIterations}`,
      `loss ${this.trained?.loss?.toFixed(3) ?? '–'}`,
      this.accuracy(),
      `~${formatJoules(energyJ)}${this.prediction ? ` of ~${formatJoules(this.prediction.energyJ)}` : ''}`,
      this.prediction && !this.ended ? `${formatDuration(Math.max(0, this.prediction.seconds - seconds))} left` : formatDuration(seconds),
    ];
    return parts.join(' · ');
  }
}
