/** The text from an offset up to the next zero byte. */
export function zeroTerminated(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}
