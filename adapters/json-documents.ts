/**
 * Reads JSON documents that follow each other in one text, with white space or nothing between them.
 *
 * The answer is undefined when some of the text is not JSON. It never says what the text is: it may not be meant for
 * the eyes that read messages.
 */
export function documentsIn(text: string): unknown[] | undefined {
  try {
    return split(text.replace(/^\uFEFF/, '')).map((document): unknown => JSON.parse(document));
  } catch {
    return undefined;
  }
}

/** Cuts where the outermost bracket closes. Brackets in strings do not count. */
function split(text: string): string[] {
  const documents: string[] = [];
  let start = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth === 0 && !token.startsWith('"')) {
      documents.push(text.slice(start, index + 1));
      start = index + 1;
    }
  }
  const rest = text.slice(start);
  return rest.trim() === '' ? documents : [...documents, rest];
}
