/** A list of listeners, for the parts that know nothing of VS Code. */
export class Listeners<T> {
  private readonly listeners = new Set<(value: T) => void>();

  /** The returned function stops listening. */
  add(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}
