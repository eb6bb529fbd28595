import * as vscode from 'vscode';
import type { LogLevel } from '../../protocol/messages';
import { Disposable } from '../disposable';
import { RecentLines } from './recent-lines';

/** The log output channel “E2-Train”, which also remembers its last lines. */
export class Log extends Disposable {
  private readonly channel = this.track(vscode.window.createOutputChannel('E2-Train', { log: true }));
  private readonly lines = new RecentLines();

  debug = (message: string) => this.write('debug', message);
  info = (message: string) => this.write('info', message);
  warn = (message: string) => this.write('warn', message);
  error = (message: string) => this.write('error', message);

  write(level: LogLevel, message: string): void {
    this.lines.add(`${new Date().toISOString()} [${level}] ${message}`);
    // While the window closes, what ends after the channel still has something to say.
    if (!this.disposed) this.channel[level](message);
  }

  show(): void {
    this.channel.show(true);
  }

  recent(): readonly string[] {
    return this.lines.all();
  }
}
