import type {
  DeleteParameterRequest,
  GetParameterRequest,
  GetParameterResult,
  PutParameterRequest,
  PutParameterResult,
} from '@aws-sdk/client-ssm';
import type { Instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';

export interface SsmOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly account: string;
  readonly region: string;
}

interface Parameter {
  readonly value: string;
  readonly version: number;
  readonly type: 'String' | 'StringList';
  readonly changedAt: Instant;
}

/** A standard parameter holds no more. */
const maxCharacters = 4_096;

/** Parameter Store in this process. What it does, and where it departs from AWS, stands in ssm.md. */
export class SsmReplica implements Replica {
  readonly service = 'ssm';
  readonly #options: SsmOptions;
  readonly #parameters = new Map<string, Parameter>();
  readonly #operations: Readonly<Record<string, (input: never, caller: CallContext) => unknown>> = {
    GetParameter: (input, caller) => this.#get(input, caller),
    PutParameter: (input, caller) => this.#put(input, caller),
    DeleteParameter: (input, caller) => this.#delete(input, caller),
  };

  constructor(options: SsmOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    const perform = this.#operations[operation];
    if (perform === undefined) throw new ServiceError('UnknownOperationException', `${operation} is not replicated`);
    return perform(input, context);
  }

  /** The value of a parameter, or undefined where there is none. */
  value(name: string): string | undefined {
    return this.#parameters.get(name)?.value;
  }

  /** Sets a parameter as an operator does, at once and whoever is asked for permission. */
  set(name: string, value: string): void {
    const version = (this.#parameters.get(name)?.version ?? 0) + 1;
    this.#parameters.set(name, { value, version, type: 'String', changedAt: this.#options.clock.now() });
  }

  remove(name: string): void {
    this.#parameters.delete(name);
  }

  #get({ Name }: GetParameterRequest, caller: CallContext): GetParameterResult {
    const name = this.#nameOf(Name);
    caller.require('ssm:GetParameter', this.#arn(name));
    const parameter = this.#parameters.get(name);
    if (parameter === undefined) throw notFound();
    const { type, value, version, changedAt } = parameter;
    return {
      Parameter: {
        Name: name,
        Type: type,
        Value: value,
        Version: version,
        LastModifiedDate: new Date(changedAt),
        ARN: this.#arn(name),
        DataType: 'text',
      },
    };
  }

  #put({ Name, Value = '', Type, Overwrite = false }: PutParameterRequest, caller: CallContext): PutParameterResult {
    const name = this.#nameOf(Name);
    if (Value === '' || Value.length > maxCharacters) {
      const length = Value === '' ? 'greater than or equal to 1' : `less than or equal to ${maxCharacters}`;
      throw invalid(`Value at 'value' failed to satisfy constraint: Member must have length ${length}`);
    }
    caller.require('ssm:PutParameter', this.#arn(name), { 'ssm:Overwrite': String(Overwrite) });

    const known = this.#parameters.get(name);
    const type = Type ?? known?.type;
    if (known !== undefined && !Overwrite) {
      throw new ServiceError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
    if (type === 'SecureString') throw new ServiceError('UnsupportedParameterType', 'SecureString is not replicated');

    const version = (known?.version ?? 0) + 1;
    this.#parameters.set(name, { value: Value, version, type, changedAt: this.#options.clock.now() });
    return { Version: version, Tier: 'Standard' };
  }

  #delete({ Name }: DeleteParameterRequest, caller: CallContext): object {
    const name = this.#nameOf(Name);
    caller.require('ssm:DeleteParameter', this.#arn(name));
    if (!this.#parameters.delete(name)) throw notFound();
    return {};
  }

  /** A parameter may be named by its ARN, in which one slash stands for the two of a path. */
  #nameOf(name: string | undefined): string {
    if (name === undefined || name === '') throw invalid("Value null at 'name' failed to satisfy constraint");
    const prefix = `${this.#arn('')}/`;
    if (!name.startsWith(prefix)) return name;
    const rest = name.slice(prefix.length);
    return rest.includes('/') || this.#parameters.has(`/${rest}`) ? `/${rest}` : rest;
  }

  #arn(name: string): string {
    const { region, account } = this.#options;
    return `arn:aws:ssm:${region}:${account}:parameter${name === '' || name.startsWith('/') ? name : `/${name}`}`;
  }
}

const invalid = (message: string) => new ServiceError('ValidationException', `1 validation error detected: ${message}`);

/** AWS leaves it without a message, which the SDK shows like this. */
const notFound = () => new ServiceError('ParameterNotFound', 'UnknownError');
