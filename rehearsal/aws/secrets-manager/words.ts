/**
 * The words of a text, as the search of Secrets Manager sees them: parted at white space and at `/ - _ + = . @`, and
 * again inside camel case. Of `COMPANYthings` they are `compan` and `ythings`.
 */
export function words(text: string): string[] {
  return text
    .split(/[\s/\-_+=.@]+/)
    .flatMap((part) => part.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/))
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** Whether each word of the phrase begins some word of the text. A phrase without words is found nowhere. */
export function speaksOf(text: string, phrase: string): boolean {
  const sought = words(phrase);
  const present = words(text);
  return sought.length > 0 && sought.every((prefix) => present.some((word) => word.startsWith(prefix)));
}
