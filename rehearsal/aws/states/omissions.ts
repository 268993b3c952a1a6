/** What AWS does and the replica does not, by feature, and why it may be left out. `states.md` says the same. */
export const omissions = {
  jsonpath: 'the deployed machine speaks JSONata; a JSONPath state may do no more than hand on its input',
  integration: 'the deployed machine invokes Lambda functions, and calls nothing else',
  itemReader: 'the deployed machine reads one JSON or JSONL object from S3, and nothing else',
  resultWriter: 'the deployed machine writes no results of a map to S3',
  express: 'the deployed machine is a Standard workflow, and so are its child executions',
} as const;

export type Omission = keyof typeof omissions;

/**
 * A definition asks for something that AWS does and the replica does not.
 *
 * It is refused rather than ignored: a rehearsal that skips what it does not know succeeds without having shown anything.
 */
export class NotReplicated extends Error {
  override readonly name = 'NotReplicated';
  readonly feature: Omission;

  constructor(feature: Omission, what: string) {
    super(`the replica of Step Functions does not do ${what}: ${omissions[feature]}`);
    this.feature = feature;
  }
}
