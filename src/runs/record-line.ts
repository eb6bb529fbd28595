import { type NumberedRecord, numberedRecordSchema } from '../protocol/records';

/** The record of one line of a run's files; undefined where the line is none. */
export function parseRecordLine(line: string): NumberedRecord | undefined {
  try {
    const parsed = numberedRecordSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
