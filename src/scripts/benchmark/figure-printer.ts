/** Prints figures as they come: with `json` each object in a line of its own, without it the lines that say the same to a person. */
export function figurePrinter(json: boolean): (figures: object, ...lines: readonly string[]) => void {
  return (figures, ...lines) => console.log(json ? JSON.stringify(figures) : lines.join('\n'));
}
