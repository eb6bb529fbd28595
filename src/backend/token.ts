import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret of 32 random bytes in hex. Who has it may steer the backend; it lives as long as the process. */
export const createToken = (): string => randomBytes(32).toString('hex');

/** Compares in constant time: digests have one length, whatever was given. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
