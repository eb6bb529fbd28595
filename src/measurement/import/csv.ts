/** One line of a CSV file by its columns' names. */
export interface CsvRow {
  /** Counted from 1, as editors show it. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/**
 * Reads a table with a line of column names (RFC 4180, no line breaks within cells); empty lines and lines that begin with # are passed over.
 * @throws Error with one sentence that names the line.
 */
export function readCsv(text: string): CsvTable {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== '' && !content.startsWith('#'));
  const [head, ...body] = lines;
  if (!head) throw new Error('it is empty');
  const separator = head.content.includes(',') || !head.content.includes(';') ? ',' : ';';
  const columns = cellsOf(head.content, separator, head.line);
  const rows = body.map(({ content, line }) => {
    const cells = cellsOf(content, separator, line);
    if (cells.length !== columns.length) throw new Error(`line ${line} has ${cells.length} cells, and there are ${columns.length} columns`);
    return { line, cells: Object.fromEntries(columns.map((column, index) => [column, cells[index]!])) };
  });
  return { columns, rows };
}

function cellsOf(content: string, separator: string, line: number): string[] {
  const cells: string[] = [];
  const cell = separator === ',' ? /\s*(?:"((?:[^"]|"")*)"\s*|([^,"]*))(,|$)/y : /\s*(?:"((?:[^"]|"")*)"\s*|([^;"]*))(;|$)/y;
  for (;;) {
    const found = cell.exec(content);
    if (!found) throw new Error(`line ${line} has a quotation mark that is not closed`);
    cells.push(found[1] === undefined ? found[2]!.trim() : found[1].replaceAll('""', '"'));
    if (found[3] === '') return cells;
  }
}
