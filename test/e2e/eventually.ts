/**
 * Asks again until there is an answer.
 * @throws Error that names what did not come, with the last failure.
 */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, timeoutMs = 60_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (Date.now() < end);
  throw new Error(`There was no ${what} within ${timeoutMs / 1000} s.${last ? ` Last: ${last}` : ''}`);
}
