import { switchName } from '../../core/settings.ts';
import type { Statement } from '../account/policy.ts';
import type { Cloud } from '../cloud.ts';

/** What somebody may do who works with the command line: what the help of its commands says that each needs, and no more. */
export function operatorStatements(cloud: Cloud): readonly Statement[] {
  const { stack, settings, archiveBucket, deskBucket, signingKey } = cloud;
  const allow = (Action: readonly string[], Resource: readonly string[]): Statement => ({
    Effect: 'Allow',
    Action,
    Resource,
  });
  const [archive, living] = [archiveBucket, deskBucket].map((name) => `arn:aws:s3:::${name}`);
  const machines = [cloud.machine.arn, cloud.retirement.arn];
  const executions = machines.map((arn) => `${arn.replace(':stateMachine:', ':execution:')}:*`);
  const { region, account } = stack;
  return [
    allow(['execute-api:Invoke'], ['*']),
    allow(
      ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
      [`arn:aws:ssm:${region}:${account}:parameter${switchName(settings.stage)}`],
    ),
    allow(['states:ListStateMachines', 'secretsmanager:ListSecrets'], ['*']),
    allow(['states:ListExecutions'], machines),
    allow(['states:GetExecutionHistory'], executions),
    allow(['states:StartExecution'], [cloud.recovery.arn]),
    allow(
      ['lambda:GetFunctionConfiguration'],
      [`arn:aws:lambda:${region}:${account}:function:keyturn-${settings.stage}-*`],
    ),
    allow(['s3:GetObject', 's3:GetObjectVersion'], [`${archive}/*`]),
    allow(['s3:GetObject'], [`${living}/*`]),
    allow(['s3:PutObject'], [`${living}/quarantine.json`]),
    allow(['s3:ListBucketVersions'], [`${archive}`]),
    allow(['s3:ListBucket'], [`${archive}`, `${living}`]),
    allow(
      ['kms:Decrypt', 'kms:GenerateDataKey'],
      stack.buckets.flatMap(({ keyArn }) => keyArn ?? []),
    ),
    allow(['kms:GetPublicKey'], [signingKey]),
  ];
}
