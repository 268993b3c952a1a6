import type { Network } from '../adapters/network.ts';
import { type VerifyToken, verifyToken } from '../adapters/token-signature.ts';
import { archiveKeys } from '../core/archive-keys.ts';
import { instant } from '../core/instant.ts';
import type { Run } from '../core/plan.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { type Start, serialiseStart } from '../core/start.ts';
import { Account, type AccountOptions } from './account/account.ts';
import { TimeoutError } from './account/faults.ts';
import { ServiceError } from './account/replica.ts';
import { clientsOf } from './account/seam.ts';
import { CloudWatchReplica } from './aws/cloudwatch.ts';
import { Deliveries } from './aws/deliveries.ts';
import { EventsReplica } from './aws/events.ts';
import { KmsReplica } from './aws/kms.ts';
import { LambdaReplica } from './aws/lambda.ts';
import { S3Replica } from './aws/s3.ts';
import { SecretsManagerReplica } from './aws/secrets-manager.ts';
import { SesReplica } from './aws/ses.ts';
import { SnsReplica } from './aws/sns.ts';
import { SsmReplica } from './aws/ssm.ts';
import type { Execution } from './aws/states/execution.ts';
import type { JsonObject } from './aws/states/json.ts';
import { StatesReplica } from './aws/states/replica.ts';
import type { StatusChange, Transition } from './aws/states/world.ts';
import { randomFrom, seeded } from './seed.ts';
import { type AnyRuntime, type Handler, stepOf, steps } from './steps.ts';
import { readSettings, settingsOf, stepFunctions } from './template/settings-layer.ts';
import type { LambdaFunction, Stack, StateMachine, Topic } from './template/stack.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface CloudOptions extends AccountOptions {
  readonly stack: Stack;
  readonly time: VirtualTime;
  readonly seed: number;
  readonly network: Network;
  readonly log: Log;
  readonly onTransition?: (transition: Transition) => void;
  readonly onStatus?: (change: StatusChange) => void;
  /** How far the clocks of functions are ahead, in milliseconds. Without it they are right. */
  readonly skew?: () => number;
  /** Wires a step in another way than it is deployed: a rehearsal of a mistake in it. */
  readonly wireOtherwise?: Readonly<Record<string, (runtime: AnyRuntime) => Handler>>;
}

/** The synthesised stack, as if it had been deployed into an account of its own: every resource of it, and no other. */
export class Cloud {
  readonly account: Account;
  readonly machine: StateMachine;
  /** Settles runs that died. */
  readonly recovery: StateMachine;
  readonly retirement: StateMachine;
  readonly archiveBucket: string;
  readonly deskBucket: string;
  /** ARN of the key that signs evidence. */
  readonly signingKey: string;
  /** ARNs of the rotate-batch functions, by tier. */
  readonly rotateBatchArns: ReadonlyMap<string, string>;
  readonly secretsManager: SecretsManagerReplica;
  readonly s3: S3Replica;
  readonly ssm: SsmReplica;
  readonly ses: SesReplica;
  readonly sns: SnsReplica;
  readonly cloudWatch: CloudWatchReplica;
  readonly events: EventsReplica;
  readonly deliveries: Deliveries;
  readonly lambda: LambdaReplica;
  readonly kms: KmsReplica;
  readonly states: StatesReplica;
  /** State transitions, as Step Functions bills them. */
  transitions = 0;

  readonly #time: VirtualTime;
  readonly #options: CloudOptions;
  readonly #random: () => number;
  #stack: Stack;
  #settings: Settings;

  constructor(options: CloudOptions) {
    const { stack, time, seed } = options;
    const random = seeded(seed);
    this.#time = time;
    this.#options = options;
    this.#random = random;
    this.#stack = stack;
    this.#settings = readSettings(stack);
    const place = { clock: time, account: stack.account, region: stack.region };

    this.account = new Account(stack, time, options);
    this.secretsManager = new SecretsManagerReplica({ ...place, random });
    this.s3 = new S3Replica({ ...place, onCreated: (created) => this.deliveries.tellOfObject(this.events, created) });
    this.ssm = new SsmReplica(place);
    this.ses = new SesReplica(place);
    this.sns = new SnsReplica(place);
    this.cloudWatch = new CloudWatchReplica(place);
    this.events = new EventsReplica(place);
    this.deliveries = new Deliveries(time, this.account, this.events);
    this.lambda = new LambdaReplica(time, this.account.lives);
    this.kms = new KmsReplica({ ...place, seed: String(seed) });
    this.states = new StatesReplica({
      time,
      random,
      invoke: (arn, payload, principal) => this.#invoke(principal, arn, payload),
      readObject: (bucket, key, principal) => this.#readObject(principal, bucket, key),
      authorise: (principal, action, resource) =>
        this.account.authorisation.contextOf(principal).require(action, resource),
      onStatus: (change) => {
        this.deliveries.tell(change);
        options.onStatus?.(change);
      },
      onTransition: (transition) => {
        this.transitions += 1;
        options.onTransition?.(transition);
      },
    });
    const { secretsManager, s3, ssm, ses, sns, cloudWatch, events, lambda, states, kms } = this;
    this.account.register(secretsManager, s3, ssm, ses, sns, cloudWatch, events, lambda, states, kms);

    for (const bucket of stack.buckets) s3.createBucket(bucket.name, bucketOptions(bucket));
    for (const key of stack.keys) {
      this.kms.createKey(key.id, { usage: usageOf(key) });
    }
    for (const topic of stack.topics) createTopic(sns, topic);
    const isRecovery = ({ name }: StateMachine) => name.endsWith('-recovery');
    const isRetirement = ({ name }: StateMachine) => name.endsWith('-retirement');
    this.machine = only(
      'state machine of runs',
      stack.stateMachines.filter((machine) => !isRecovery(machine) && !isRetirement(machine)),
    );
    this.retirement = only('state machine of retirements', stack.stateMachines.filter(isRetirement));
    this.recovery = only('state machine of recoveries', stack.stateMachines.filter(isRecovery));
    this.archiveBucket = variable(stack, 'ARCHIVE_BUCKET');
    this.deskBucket = variable(stack, 'DESK_BUCKET');
    this.signingKey = variable(stack, 'SIGNING_KEY');
    this.rotateBatchArns = new Map(
      stack.functions
        .filter(({ name }) => name.includes('-rotate-batch-'))
        .map(({ environment, arn }) => [environment['TIER'] ?? '', arn]),
    );
    this.#deploy(stack);
  }

  /** The stack as it is deployed now, and its settings. */
  get stack(): Stack {
    return this.#stack;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Deploys another version of the stack, of the same resources. As on AWS, what is called from now on is the new one's,
   * but for executions under way: they keep their definition, and the versions of functions that it names.
   */
  update(stack: Stack): void {
    this.#stack = stack;
    this.#settings = readSettings(stack);
    this.account.authorisation.deploy(stack);
    this.#deploy(stack);
  }

  /** Functions, workflows and rules: what a deployment replaces. */
  #deploy(stack: Stack): void {
    for (const machine of stack.stateMachines) this.states.create(machine);
    this.deliveries.deploy(stack);
    for (const fn of stepFunctions(stack)) {
      this.lambda.register([fn.arn, ...fn.qualifiedArns], {
        name: fn.name,
        timeoutSeconds: fn.timeoutSeconds,
        environment: fn.environment,
        handler: lazily(this.#wiringOf(fn)),
      });
    }
  }

  #wiringOf(fn: LambdaFunction): () => Handler {
    const { network, log, skew, wireOtherwise } = this.#options;
    const time = this.#time;
    const clients = clientsOf(this.account, fn.roleArn);
    const runtime = {
      clients,
      environment: fn.environment,
      settings: settingsOf(fn),
      clock: mortal(time, this.account, skew),
      log,
      random: randomFrom(this.#random),
      network: mortalNetwork(network, this.account),
      verify: ((token, keys) => time.real(() => verifyToken(token, keys))) satisfies VerifyToken,
    };
    const step = stepOf(fn.name);
    const wire = wireOtherwise?.[step] ?? steps[step];
    if (wire === undefined) throw new Error(`step ${step} cannot be wired`);
    return () => wire(runtime);
  }

  /** Starts a run as if start-run had done it: who asked is on record before the machine runs. */
  startRun(run: Run, start: Start): Execution {
    this.s3.tamper(this.archiveBucket, archiveKeys.start(run), serialiseStart(run, start));
    const machine = start.mode === 'retire' ? this.retirement : this.machine;
    return this.states.start(machine.arn, { name: run, input: { ...start } as JsonObject });
  }

  /** The run whose execution this is, or whose recovery. Undefined for one that a map started. */
  runOf(executionArn: string): Run | undefined {
    const execution = this.states.execution(executionArn);
    if (execution === undefined || execution.label !== undefined) return undefined;
    return (
      execution.machine.arn === this.recovery.arn ? (execution.input as JsonObject)['run'] : execution.name
    ) as Run;
  }

  /** The function of this name, as whoever invokes it past the workflow would call it. */
  functionArn(name: string): string {
    const { arn } = this.#stack.functions.find((fn) => fn.name === name) ?? {};
    if (arn === undefined) throw new Error(`the stack has no function ${name}`);
    return arn;
  }

  /** Waits until no run that died is being settled any more. */
  async settled(): Promise<void> {
    while (this.deliveries.areUnderWay || this.states.areRunning(this.recovery.arn)) await this.#time.sleep(1_000);
  }

  async #invoke(principal: string, arn: string, payload: string) {
    const invoking = this.account.call(principal, 'lambda', 'Invoke', { FunctionName: arn, Payload: payload });
    const answer = (await invoking.catch(lostAs('SdkClientException'))) as {
      Payload: string;
      FunctionError?: 'Unhandled';
      StatusCode: number;
      ExecutedVersion: string;
    };
    return {
      payload: answer.Payload,
      functionError: answer.FunctionError,
      statusCode: answer.StatusCode,
      executedVersion: answer.ExecutedVersion,
    };
  }

  async #readObject(principal: string, bucket: string, key: string): Promise<string> {
    const reading = this.account.call(principal, 's3', 'GetObject', { Bucket: bucket, Key: key });
    const { Body } = (await reading.catch(lostAs('RequestTimeout'))) as {
      Body: { transformToString(): Promise<string> };
    };
    return Body.transformToString();
  }
}

/** A function is wired when it is first invoked, as its process starts then. */
function lazily(wire: () => Handler): Handler {
  let handler: Handler | undefined;
  return async (event) => {
    handler ??= wire();
    return handler(event);
  };
}

/** Who is dead does not wake up. */
const mortal = (time: VirtualTime, { lives }: Account, skew = () => 0): Clock => ({
  now: () => instant(time.now() + skew()),
  sleep: (milliseconds) => lives.unlessOver(() => time.sleep(milliseconds)),
});

const mortalNetwork = (network: Network, { lives }: Account): Network => ({
  fetch: (url, init) => lives.unlessOver(() => network.fetch(url, init)),
  connectPostgres: (door) => lives.unlessOver(() => network.connectPostgres(door)),
});

/** Step Functions is a client as well: what gets lost between it and another service, it reports as an error. */
const lostAs = (name: string) => (error: unknown) => {
  throw error instanceof TimeoutError ? new ServiceError(name, error.message, 500) : error;
};

const usageOf = ({ usage }: Stack['keys'][number]) =>
  usage === 'GENERATE_VERIFY_MAC' || usage === 'SIGN_VERIFY' ? usage : 'ENCRYPT_DECRYPT';

const bucketOptions = ({ isVersioned, retention, keyArn, tellsEvents }: Stack['buckets'][number]) => ({
  versioned: isVersioned,
  tellsEvents,
  ...(retention === undefined ? {} : { retentionDays: retention.days }),
  ...(keyArn === undefined ? {} : { kmsKeyArn: keyArn }),
});

function createTopic(sns: SnsReplica, { name, keyArn, subscriptions }: Topic): void {
  const arn = sns.createTopic(name, keyArn === undefined ? {} : { kmsKeyArn: keyArn });
  for (const { protocol, endpoint, filterPolicy } of subscriptions) {
    sns.subscribe(arn, {
      protocol,
      endpoint,
      ...(filterPolicy === undefined ? {} : { filterPolicy: filterPolicy as never }),
    });
  }
}

function variable({ functions }: Stack, name: string): string {
  const values = new Set(functions.flatMap(({ environment }) => environment[name] ?? []));
  return only(`value of ${name}`, [...values]);
}

function only<T>(what: string, found: readonly T[]): T {
  const [one, ...others] = found;
  if (one === undefined || others.length > 0)
    throw new Error(`the stack has ${found.length} of: ${what}; it needs just one`);
  return one;
}
