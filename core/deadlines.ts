/**
 * How long rotate-batch may write, and how long it may run, in seconds.
 *
 * It stops writing well before Lambda stops it, and whoever settles after it waits until Lambda would have: so nothing
 * that it began can change anything under somebody else's hands.
 */
export const rotateBatchSeconds = { write: 240, run: 300 } as const;
