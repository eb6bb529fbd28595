/**
 * Does a script's work; a failure ends the process with its message and nothing else.
 * @param name of the command, where its message is read among those of others.
 */
export async function runScript(work: () => void | Promise<void>, name?: string): Promise<void> {
  try {
    await work();
  } catch (failure) {
    console.error(`${name === undefined ? '' : `${name}: `}${failure instanceof Error ? failure.message : String(failure)}`);
    process.exit(1);
  }
}
