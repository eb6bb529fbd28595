/** Data that cannot be used; the message is one sentence for a person: which file, what is wrong, what to do. */
export class DataError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataError';
  }
}
