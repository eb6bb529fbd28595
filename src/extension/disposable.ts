import type * as vscode from 'vscode';

/** Base of everything that holds listeners, views or processes: what it tracks goes when it goes. */
export abstract class Disposable implements vscode.Disposable {
  private readonly tracked: { dispose(): unknown }[] = [];
  protected disposed = false;

  protected track<T extends { dispose(): unknown }>(item: T): T {
    if (this.disposed) item.dispose();
    else this.tracked.push(item);
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.tracked.splice(0).reverse()) item.dispose();
  }
}
