import { type Attempt, type Deployed, masterArn, secretArn } from './deployed.ts';

const executions = 'arn:aws:states:us-east-1:111122223333:execution:keyturn-prod';

/** What somebody could ask of AWS in a role of the deployment, each under a name. */
export function attemptsIn({
  sealKey,
  cloud: { archiveBucket, deskBucket, signingKey },
}: Deployed): Record<string, Attempt> {
  const token = { ClientRequestToken: '0f0e0d0c-0b0a-4908-8706-050403020100' };
  const read = (name: string): Attempt => ['secretsmanager', 'GetSecretValue', { SecretId: secretArn(name) }];
  const put = (name: string): Attempt => [
    'secretsmanager',
    'PutSecretValue',
    {
      SecretId: secretArn(name),
      SecretString: 'new',
      ...token,
      VersionStages: ['AWSPENDING'],
    },
  ];
  const move = (VersionStage: string, name = 'prod/low/a'): Attempt => [
    'secretsmanager',
    'UpdateSecretVersionStage',
    {
      SecretId: secretArn(name),
      VersionStage,
      MoveToVersionId: 'version-old',
      ...(VersionStage === 'AWSCURRENT' ? { RemoveFromVersionId: 'version-now' } : {}),
    },
  ];
  const tag = (name: string, ...keys: string[]): Attempt => [
    'secretsmanager',
    'TagResource',
    { SecretId: secretArn(name), Tags: keys.map((Key) => ({ Key, Value: '2030-01-01' })) },
  ];
  const onLow = (operation: string, more: object = {}): Attempt => [
    'secretsmanager',
    operation,
    { SecretId: secretArn('prod/low/a'), ...more },
  ];
  const deposit = (document: string, run = 'second'): Attempt => [
    's3',
    'PutObject',
    { Bucket: archiveBucket, Key: `runs/${run}/${document}`, Body: '{}', IfNoneMatch: '*' },
  ];
  const desk = (operation: string, Key: string): Attempt => [
    's3',
    operation,
    { Bucket: deskBucket, Key, ...(operation === 'PutObject' ? { Body: '{}' } : {}) },
  ];
  /** What is not versioned has a version all the same, called null, and another right removes that. */
  const removed = (Key: string): Attempt => ['s3', 'DeleteObject', { Bucket: deskBucket, Key, VersionId: 'null' }];
  const archived = { Bucket: archiveBucket, Key: 'runs/first/plan.json' };
  const seal = { KeyId: sealKey, Message: new TextEncoder().encode('decision'), MacAlgorithm: 'HMAC_SHA_256' };

  return {
    'list secrets': ['secretsmanager', 'ListSecrets', {}],
    'read low': read('prod/low/a'),
    'read medium': read('prod/medium/a'),
    'read high': read('prod/high/a'),
    'read beside the tiers': read('prod/other/a'),
    'read the master of low': ['secretsmanager', 'GetSecretValue', { SecretId: masterArn }],
    'put low': put('prod/low/a'),
    'put medium': put('prod/medium/a'),
    'put high': put('prod/high/a'),
    'put beside the tiers': put('prod/other/a'),
    'put the master of low': [
      'secretsmanager',
      'PutSecretValue',
      { SecretId: masterArn, SecretString: 'new', ...token },
    ],
    'move AWSCURRENT of low': move('AWSCURRENT'),
    'move AWSCURRENT of medium': move('AWSCURRENT', 'prod/medium/a'),
    'move AWSCURRENT of high': move('AWSCURRENT', 'prod/high/a'),
    'move another label of low': move('KEEP'),
    'tag the expiry of low': tag('prod/low/a', 'expiration_date'),
    'tag the expiry of high': tag('prod/high/a', 'expiration_date'),
    'tag the tier of low': tag('prod/low/a', 'keyturn:tier'),
    'tag both of low': tag('prod/low/a', 'expiration_date', 'keyturn:tier'),
    'tag the expiry beside the tiers': tag('prod/other/a', 'expiration_date'),
    'untag low': onLow('UntagResource', { TagKeys: ['keyturn:tier'] }),
    'delete low': onLow('DeleteSecret'),
    'update low': onLow('UpdateSecret', { SecretString: 'new', ...token }),
    'open low to others': onLow('PutResourcePolicy', { ResourcePolicy: '{}' }),
    'rotate low natively': onLow('RotateSecret', token),
    'create a secret': ['secretsmanager', 'CreateSecret', { Name: 'prod/low/made', SecretString: 'new', ...token }],
    seal: ['kms', 'GenerateMac', seal],
    'check a seal': ['kms', 'VerifyMac', { ...seal, Mac: new Uint8Array(32) }],
    'sign evidence': [
      'kms',
      'Sign',
      { KeyId: signingKey, Message: new TextEncoder().encode('manifest'), SigningAlgorithm: 'ECDSA_SHA_256' },
    ],
    'read the public key': ['kms', 'GetPublicKey', { KeyId: signingKey }],
    'list all versions of a run': ['s3', 'ListObjectVersions', { Bucket: archiveBucket, Prefix: 'runs/first/' }],
    'list all versions of the archive': ['s3', 'ListObjectVersions', { Bucket: archiveBucket }],
    'read the archive': ['s3', 'GetObject', archived],
    'read who asked': ['s3', 'GetObject', { ...archived, Key: 'runs/first/start.json' }],
    'deposit start.json': deposit('start.json'),
    'deposit draft.json': deposit('draft.json'),
    'deposit preflight.jsonl': deposit('preflight.jsonl'),
    'deposit preflight facts': deposit('preflight/0.json'),
    'deposit confirmation.json': deposit('confirmation.json'),
    'deposit plan.json': deposit('plan.json'),
    'deposit a wave': deposit('waves/1.jsonl'),
    'deposit left-alone.json': deposit('left-alone.json'),
    'deposit decision.json': deposit('decision.json'),
    'deposit what was probed': deposit('probes/1/rotated/0.json'),
    'deposit a verdict': deposit('verdicts/1-baked.json'),
    'deposit inventory.jsonl': deposit('inventory.jsonl'),
    'deposit manifest.json': deposit('manifest.json'),
    'deposit recovery-manifest.json': deposit('recovery-manifest.json'),
    'deposit report.json': deposit('report.json'),
    'note an admission': deposit('admissions/1.json'),
    'deposit recovery.json': deposit('recovery.json'),
    'overwrite the archive': ['s3', 'PutObject', { ...archived, Body: '{}' }],
    'overwrite what was probed': [
      's3',
      'PutObject',
      { ...archived, Key: 'runs/first/probes/1/rotated/0.json', Body: '' },
    ],
    'overwrite the decision': ['s3', 'PutObject', { ...archived, Key: 'runs/first/decision.json', Body: '{}' }],
    'delete from the archive': ['s3', 'DeleteObject', archived],
    'read a task token': desk('GetObject', 'pending/first.json'),
    'lay a task token': desk('PutObject', 'pending/second.json'),
    'clear a task token': desk('DeleteObject', 'pending/first.json'),
    'see the go-ahead': desk('GetObject', 'go-ahead/first.json'),
    'give the go-ahead': desk('PutObject', 'go-ahead/second.json'),
    'withdraw the go-ahead': desk('DeleteObject', 'go-ahead/first.json'),
    'see the lock': desk('GetObject', 'lock.json'),
    'take the lock': ['s3', 'PutObject', { Bucket: deskBucket, Key: 'lock.json', Body: '{}', IfNoneMatch: '*' }],
    'seize the lock': desk('PutObject', 'lock.json'),
    'release the lock': desk('DeleteObject', 'lock.json'),
    'remove the lock by its version': removed('lock.json'),
    'see the quarantine': desk('GetObject', 'quarantine.json'),
    'change the quarantine': desk('PutObject', 'quarantine.json'),
    'forget the quarantine': desk('DeleteObject', 'quarantine.json'),
    'remove the quarantine by its version': removed('quarantine.json'),
    'see the ledger': desk('GetObject', 'ledger.json'),
    'change the ledger': desk('PutObject', 'ledger.json'),
    'forget the ledger': desk('DeleteObject', 'ledger.json'),
    'remove the ledger by its version': removed('ledger.json'),
    'report drift': [
      's3',
      'PutObject',
      { Bucket: archiveBucket, Key: 'drift/2026-11-20T05:00:00.000Z.json', Body: '{}', IfNoneMatch: '*' },
    ],
    'note drift': desk('PutObject', 'drift.json'),
    'see the history': desk('GetObject', 'history.json'),
    'change the history': desk('PutObject', 'history.json'),
    'redrive a run': ['states', 'RedriveExecution', { executionArn: `${executions}:first` }],
    'redrive a batch of a run': ['states', 'RedriveExecution', { executionArn: `${executions}/RotateWave:first` }],
    'redrive a recovery': ['states', 'RedriveExecution', { executionArn: `${executions}-recovery:first-1` }],
    'read the switch': ['ssm', 'GetParameter', { Name: '/keyturn/prod/switch' }],
    'turn the switch': [
      'ssm',
      'PutParameter',
      { Name: '/keyturn/prod/switch', Value: '{"go":true}', Type: 'String', Overwrite: true },
    ],
    'remove the switch': ['ssm', 'DeleteParameter', { Name: '/keyturn/prod/switch' }],
  };
}
