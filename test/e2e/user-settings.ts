import { readFileSync, writeFileSync } from 'node:fs';

/** The user's settings of a VS Code server, which it reads again whenever the file changes. */
export class UserSettings {
  constructor(private readonly file: string) {}

  set(name: string, value: unknown): void {
    const settings = JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, unknown>;
    writeFileSync(this.file, JSON.stringify({ ...settings, [name]: value }, null, 2));
  }
}
