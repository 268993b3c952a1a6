import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import { grantKeyUse } from './key-use.ts';
import { type Acting, refusalToOthers, refuseRemoval, refuseReplacement, refuseReplication } from './refusal.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface PlanArchiveProps {
  readonly encryptionKey: IKey;
  /** How long S3 refuses to remove an object, counted from its deposit. */
  readonly retention: Duration;
}

/**
 * Keeps plans, decisions and evidence, each under a key that is written once.
 *
 * What was approved must be what is executed, so S3 itself turns away a write that could replace an object, a deletion,
 * whose marker would reopen its key, and a deposit by anybody but the steps. Readers check digests again: archive and readers
 * need not trust each other.
 * Of everything that comes in, S3 itself tells EventBridge.
 */
export class PlanArchive extends Construct {
  readonly bucket: Bucket;
  readonly #encryptionKey: IKey;
  readonly #depositors = new Set<IRole>();

  constructor(scope: Construct, id: string, { encryptionKey, retention }: PlanArchiveProps) {
    super(scope, id);

    this.#encryptionKey = encryptionKey;
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(retention),
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const everything = this.bucket.arnForObjects('*');
    for (const refusal of [
      refuseReplacement(everything),
      refuseRemoval(everything),
      refuseReplication(everything),
      refusalToOthers('NobodyElseDeposits', { actions: ['s3:PutObject'], on: everything, roles: this.#depositors }),
    ])
      this.bucket.addToResourcePolicy(refusal);
    // CDK's own way to say so deploys a function that may change the notifications of every bucket.
    const resource = this.bucket.node.defaultChild as CfnBucket;
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };

    Validations.of(this.bucket).acknowledge({ id: 'AwsSolutions-S1', reason: whyNoAccessLogs });
  }

  /** Lets the grantee read what runs deposited: everything, or one document of each. */
  grantFetch(grantee: IGrantable, document?: string): Grant {
    grantKeyUse(grantee, { via: 's3', keyArns: [this.#encryptionKey.keyArn], actions: ['kms:Decrypt'] });
    return this.grantKeys(grantee, 's3:GetObject', [document === undefined ? '*' : `*/${document}`]);
  }

  /** Lets the grantee add these documents of runs, each once: it cannot read, replace or remove one. */
  grantDeposit(grantee: Acting, ...documents: readonly [string, ...string[]]): Grant {
    this.#depositors.add(grantee.grantPrincipal);
    grantKeyUse(grantee, { via: 's3', keyArns: [this.#encryptionKey.keyArn], actions: ['kms:GenerateDataKey'] });
    return this.grantKeys(
      grantee,
      's3:PutObject',
      documents.map((document) => `*/${document}`),
    );
  }

  /** Lets the grantee add this document of runs, and no other of the steps. */
  grantSoleDeposit(grantee: Acting, document: string): Grant {
    this.bucket.addToResourcePolicy(
      refusalToOthers('NobodyElseStarts', {
        actions: ['s3:PutObject'],
        on: this.bucket.arnForObjects(`runs/*/${document}`),
        roles: new Set([grantee.grantPrincipal]),
      }),
    );
    return this.grantDeposit(grantee, document);
  }

  /** Lets the grantee add reports of what drifted between runs, each once. */
  grantDepositDrift(grantee: Acting): Grant {
    this.#depositors.add(grantee.grantPrincipal);
    grantKeyUse(grantee, { via: 's3', keyArns: [this.#encryptionKey.keyArn], actions: ['kms:GenerateDataKey'] });
    const resourceArns = [this.bucket.arnForObjects('drift/*')];
    acknowledgeWildcards(Stack.of(this), 'Looks are named by their moments.', resourceArns);
    return Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns });
  }

  /** Lets the grantee see which documents a run has. */
  grantList(grantee: IGrantable): Grant {
    return this.grantListing(grantee, 's3:ListBucket');
  }

  /** Lets the grantee see everything that the archive holds of runs, every version of it, so that evidence leaves nothing out. */
  grantInspect(grantee: IGrantable): Grant {
    this.grantKeys(grantee, 's3:GetObjectVersion', ['*']);
    return this.grantListing(grantee, 's3:ListBucketVersions');
  }

  private grantListing(grantee: IGrantable, action: 's3:ListBucket' | 's3:ListBucketVersions'): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [this.bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': 'runs/*' } },
    });
  }

  private grantKeys(grantee: IGrantable, action: string, patterns: readonly string[]): Grant {
    const resourceArns = patterns.map((pattern) => this.bucket.arnForObjects(`runs/${pattern}`));
    acknowledgeWildcards(
      Stack.of(this),
      'Runs are named as they start, so a grant is of one kind of document.',
      resourceArns,
    );
    return Grant.addToPrincipal({ grantee, actions: [action], resourceArns });
  }
}

const whyNoAccessLogs =
  'Every object is written once, by the one role that may, and says of itself who wrote it and when. A third bucket of ' +
  'access logs would be the only one without these guards; accounts that want reads on record have CloudTrail data events.';
