import { createInterface } from 'node:readline/promises';

/** Asks whoever sits there. Undefined: they left, by Ctrl-C or Ctrl-D, and have said nothing. */
export async function askAt(
  { input, output }: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
  question: string,
): Promise<string | undefined> {
  const terminal = createInterface({ input, output, terminal: true });
  try {
    return await terminal.question(question);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    return undefined;
  } finally {
    terminal.close();
  }
}
