/** Keeps the last lines of the log for *Copy Diagnostics*. */
export class RecentLines {
  private readonly lines: string[] = [];

  constructor(private readonly most = 200) {}

  add(line: string): void {
    this.lines.push(line);
    if (this.lines.length > this.most) this.lines.shift();
  }

  all(): readonly string[] {
    return this.lines;
  }
}
