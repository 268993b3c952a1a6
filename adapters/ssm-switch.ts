import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

import type { Switch } from '../core/ports.ts';

/** Reads the kill switch from Parameter Store. Whatever keeps it from being read reads as its absence. */
export class SsmSwitch implements Switch {
  readonly #ssm: SSMClient;
  readonly #name: string;

  constructor(ssm: SSMClient, name: string) {
    this.#ssm = ssm;
    this.#name = name;
  }

  async read(): Promise<string | undefined> {
    try {
      const { Parameter } = await this.#ssm.send(new GetParameterCommand({ Name: this.#name }));
      return Parameter?.Value;
    } catch {
      return undefined;
    }
  }
}
