/** One place where a module reaches another. */
export interface Import {
  /** What it names; `computed` when that is only known at run time. */
  readonly specifier: string;
  /** Whether nothing of it is left when types are stripped. */
  readonly isType: boolean;
}

/*
 * Formatted code begins a declaration at the beginning of a line, so one that does not is text or a comment. Calls may
 * stand anywhere, and are believed wherever they stand.
 */
const declaration = /^[ \t]*(?:import|export)\s(?<clause>[^'"`;]*?)\bfrom\s*['"](?<specifier>[^'"]+)['"]/gm;
const sideEffect = /^[ \t]*import\s*['"](?<specifier>[^'"]+)['"]/gm;
const call = /(?<![.\w])(?:import|import\.meta\.resolve)\s*\(\s*(?:['"](?<specifier>[^'"]+)['"]\s*[,)])?/g;
const typeOf = /\bimport\s*\(\s*['"][^'"]+['"]\s*\)\s*\.\s*[A-Z]/y;

/** Every module that a source names: static and re-exported, for its side effect, dynamic, and in types. */
export function importsOf(source: string): readonly Import[] {
  return [
    ...Array.from(source.matchAll(declaration), ({ groups }) => ({
      specifier: groups?.['specifier'] ?? '',
      isType: /^type\b/.test(groups?.['clause'] ?? ''),
    })),
    ...Array.from(source.matchAll(sideEffect), ({ groups }) => ({
      specifier: groups?.['specifier'] ?? '',
      isType: false,
    })),
    ...Array.from(source.matchAll(call), ({ groups, index }) => {
      typeOf.lastIndex = index;
      return { specifier: groups?.['specifier'] ?? 'computed', isType: typeOf.test(source) };
    }),
  ];
}
