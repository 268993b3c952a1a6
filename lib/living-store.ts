import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import { grantKeyUse } from './key-use.ts';
import {
  type Acting,
  refusalToOthers,
  refuseRemoval,
  refuseReplacement,
  refuseReplication,
  removals,
} from './refusal.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface LivingStoreProps {
  readonly encryptionKey: IKey;
}

/** No run lives as long, and what is left behind says no by being gone. */
const lifetime = Duration.days(30);

/**
 * Keeps what must be able to change: task tokens of plans that wait, the go-ahead of a run, and what all runs share (the
 * lock, the quarantine, the ledger, the history).
 *
 * It keeps no versions, since what is withdrawn is to be gone. The lock can be taken only while nobody holds it: S3 itself
 * turns away a second taker.
 *
 * Whoever lays a plan before approvers names the links that open it, so S3 takes it from one step alone, and so it does a
 * go-ahead, the lock and the ledger. The lock it lets nobody take away but the steps that end a run, and what makes later runs
 * careful nobody at all: an administrator can stop a run here, and let none go on.
 */
export class LivingStore extends Construct {
  readonly bucket: Bucket;
  readonly #encryptionKey: IKey;
  readonly #unlocking = new Set<IRole>();

  constructor(scope: Construct, id: string, { encryptionKey }: LivingStoreProps) {
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
      lifecycleRules: [
        ...['pending/', 'go-ahead/'].map((prefix) => ({ prefix, expiration: lifetime })),
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });

    const on = (keys: string) => this.bucket.arnForObjects(keys);
    for (const refusal of [
      refuseReplacement(on('lock.json')),
      refuseRemoval(on('ledger.json'), on('quarantine.json')),
      refuseReplication(on('*')),
      refusalToOthers('NobodyElseUnlocks', { actions: removals, on: on('lock.json'), roles: this.#unlocking }),
    ])
      this.bucket.addToResourcePolicy(refusal);
    Validations.of(this.bucket).acknowledge({ id: 'AwsSolutions-S1', reason: whyNoAccessLogs });
  }

  /** Lets the grantee lay a plan before approvers, with the token of the execution that waits. */
  grantLayPending(grantee: Acting): Grant {
    return this.grantSolePut(grantee, 'pending/*', 'NobodyElseAsks');
  }

  /** Lets the grantee answer for a waiting plan: it reads the token. */
  grantFindPending(grantee: IGrantable): Grant {
    return this.grantGet(grantee, 'pending/*');
  }

  /** Lets the grantee see of which runs plans wait, and nothing else that is in the bucket. */
  grantListPending(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [this.bucket.bucketArn],
      conditions: { StringEquals: { 's3:prefix': 'pending/' } },
    });
  }

  /** Lets the grantee clear away what waited. */
  grantClearPending(grantee: IGrantable): Grant {
    return this.grantDelete(grantee, 'pending/*');
  }

  /** Lets the grantee give a run its go-ahead, and not see or withdraw it. */
  grantGiveGoAhead(grantee: Acting): Grant {
    return this.grantSolePut(grantee, 'go-ahead/*', 'NobodyElseLetsGo');
  }

  /** Lets the grantee see whether a run has its go-ahead, and not give it. */
  grantSeeGoAhead(grantee: IGrantable): Grant {
    return this.grantGet(grantee, 'go-ahead/*');
  }

  /** Lets the grantee stop a run from starting batches, and not let it go on. */
  grantWithdrawGoAhead(grantee: IGrantable): Grant {
    return this.grantDelete(grantee, 'go-ahead/*');
  }

  /** Lets the grantee take the lock when nobody has it. */
  grantTakeLock(grantee: Acting): Grant {
    this.grantSeeLock(grantee);
    this.grantTellAbsent(grantee);
    return this.grantSolePut(grantee, 'lock.json', 'NobodyElseLocks');
  }

  /** Lets the grantee see who has the lock. */
  grantSeeLock(grantee: IGrantable): Grant {
    return this.grantGet(grantee, 'lock.json');
  }

  /** Lets the grantee take the lock away. That only its holder is let go is for the grantee to see to. */
  grantReleaseLock(grantee: Acting): Grant {
    this.#unlocking.add(grantee.grantPrincipal);
    this.grantSeeLock(grantee);
    this.grantTellAbsent(grantee);
    return this.grantDelete(grantee, 'lock.json');
  }

  /** Lets the grantee see which secrets failed before. */
  grantSeeQuarantine(grantee: IGrantable): Grant {
    this.grantTellAbsent(grantee);
    return this.grantGet(grantee, 'quarantine.json');
  }

  /** Lets the grantee quarantine what failed. */
  grantQuarantine(grantee: IGrantable): Grant {
    this.grantSeeQuarantine(grantee);
    return this.grantPut(grantee, 'quarantine.json');
  }

  /** Lets the grantee see how much runs have touched, and write down what one may. */
  grantReserve(grantee: Acting): Grant {
    this.grantTellAbsent(grantee);
    this.grantGet(grantee, 'ledger.json');
    return this.grantSolePut(grantee, 'ledger.json', 'NobodyElseReserves');
  }

  /** Lets the grantee see which runs have ended, and how. */
  grantSeeHistory(grantee: IGrantable): Grant {
    this.grantTellAbsent(grantee);
    return this.grantGet(grantee, 'history.json');
  }

  /** Lets the grantee write down that a run has ended. */
  grantRemember(grantee: IGrantable): Grant {
    this.grantSeeHistory(grantee);
    return this.grantPut(grantee, 'history.json');
  }

  /** Lets the grantee remember which drift people were told of. */
  grantKnowDrift(grantee: IGrantable): Grant {
    this.grantTellAbsent(grantee);
    this.grantGet(grantee, 'drift.json');
    return this.grantPut(grantee, 'drift.json');
  }

  /** Lets the grantee tell what is absent from what it may not see. S3 asks for the right to list the whole bucket. */
  grantTellAbsent(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
  }

  /** One step writes this, and nobody else, whatever the policies of others say. */
  private grantSolePut(grantee: Acting, keys: string, sid: string): Grant {
    const on = this.bucket.arnForObjects(keys);
    const roles = new Set([grantee.grantPrincipal]);
    this.bucket.addToResourcePolicy(refusalToOthers(sid, { actions: ['s3:PutObject'], on, roles }));
    return this.grantPut(grantee, keys);
  }

  private grantPut(grantee: IGrantable, keys: string): Grant {
    this.grantKey(grantee, 'kms:GenerateDataKey');
    return this.grantObjects(grantee, 's3:PutObject', keys);
  }

  private grantGet(grantee: IGrantable, keys: string): Grant {
    this.grantKey(grantee, 'kms:Decrypt');
    return this.grantObjects(grantee, 's3:GetObject', keys);
  }

  private grantDelete(grantee: IGrantable, keys: string): Grant {
    return this.grantObjects(grantee, 's3:DeleteObject', keys);
  }

  private grantKey(grantee: IGrantable, action: 'kms:Decrypt' | 'kms:GenerateDataKey'): void {
    grantKeyUse(grantee, { via: 's3', keyArns: [this.#encryptionKey.keyArn], actions: [action] });
  }

  private grantObjects(grantee: IGrantable, action: string, keys: string): Grant {
    const resourceArns = [this.bucket.arnForObjects(keys)];
    const reason = 'Runs are named as they start, so a grant is of one kind of object.';
    if (keys.includes('*')) acknowledgeWildcards(Stack.of(this), reason, resourceArns);
    return Grant.addToPrincipal({ grantee, actions: [action], resourceArns });
  }
}

const whyNoAccessLogs =
  'Its objects live for as long as a run does. A log of accesses would be kept for longer, in a bucket with fewer guards; ' +
  'accounts that want accesses on record have CloudTrail data events.';
