/**
 * How long rotate-batch may write, and how long it may run, in seconds.
 *
 * It stops writing well before Lambda stops it, and whoever settles after it waits until Lambda would have: so nothing
 * that it began can change anything under somebody else's hands.
 */
export const rotateBatchSeconds = { write: 240, run: 300 } as const;

/**
 * How long rotation functions may work, in seconds.
 *
 * Nobody can stop one that was invoked, so whoever plugs one in gives it a timeout of at most `run`: what it was asked
 * for before rotate-batch stops writing is then over before rotate-batch would be. `begin` is how long after the first
 * of two steps the second may still be begun.
 */
export const rotationFunctionSeconds = { run: 45, begin: 10 } as const;

/** How long request-approval may run: so much later than its run begins to wait may be when it notes until when to answer. */
export const requestApprovalSeconds = 60;

/** How long the review function may run: so much later than it was given an answer may be recorded, and the decision. */
export const reviewSeconds = 25;

/** How long renew-expiry may try, and run: it says what became of each tag before it ends. */
export const renewExpirySeconds = { write: 240, run: 300 } as const;
