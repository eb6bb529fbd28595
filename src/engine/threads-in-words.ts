/** `1 thread`, `2 threads`. */
export function threadsInWords(threads: number): string {
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
