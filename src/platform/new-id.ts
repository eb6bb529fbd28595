import { randomBytes } from 'node:crypto';

/** A name for something made now: sorts by time and does not repeat: `20261123-211500-3f9a1c`. */
export function newId(time: Date): string {
  const [date, clock] = time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `${date}-${clock}-${randomBytes(3).toString('hex')}`;
}
