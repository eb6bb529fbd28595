import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The settings in a workspace's folder, which every window on it reads again whenever they change. */
export class WorkspaceSettings {
  private readonly file: string;

  constructor(private readonly workspace: string) {
    this.file = join(workspace, '.vscode', 'settings.json');
  }

  /** `undefined` takes the setting away. */
  set(name: string, value: unknown): void {
    mkdirSync(join(this.workspace, '.vscode'), { recursive: true });
    const settings = existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, unknown>) : {};
    writeFileSync(this.file, JSON.stringify({ ...settings, [name]: value }));
  }
}
