/** The share of the time to answer after which those who were asked are reminded. */
const share = 0.75;

/** How long a run waits for an answer before it reminds, and how long after that. Together: the time to answer. */
export function waitsOf(approvalTimeoutSeconds: number): { readonly first: number; readonly last: number } {
  const first = Math.floor(approvalTimeoutSeconds * share);
  return { first, last: approvalTimeoutSeconds - first };
}
