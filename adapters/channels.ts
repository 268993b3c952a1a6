import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SNSClient } from '@aws-sdk/client-sns';

import type { Channels } from '../core/notices/channel.ts';
import type { Clock } from '../core/ports.ts';
import type { ChannelSettings } from '../core/settings.ts';
import type { Network } from './network.ts';
import { withRetries } from './retries.ts';
import { botToken, SecretsManagerOwnSecret } from './secrets-manager-own-secret.ts';
import { SesMail } from './ses-mail.ts';
import { Slack } from './slack.ts';
import { SnsTopic } from './sns-topic.ts';

/** What the channels send through. */
export interface ChannelClients {
  readonly ses: SESv2Client;
  readonly sns: SNSClient;
  readonly secretsManager: SecretsManagerClient;
}

export interface ChannelTools {
  readonly clients: ChannelClients;
  readonly network: Network;
  readonly clock: Clock;
  readonly topicArn: string;
}

/** The channels that a deployment has: those that its settings name, and the topic. */
export function channelsOf({ email, slack }: ChannelSettings, tools: ChannelTools): Channels {
  const { clients, network, clock, topicArn } = tools;
  const mail = email === undefined ? [] : [new SesMail(withRetries(clients.ses, clock), email)];
  const chat = slack === undefined ? [] : [new Slack(slack, { network, clock, token: tokenOf(slack, tools) })];
  return {
    personal: [...mail, ...chat],
    public: [new SnsTopic(withRetries(clients.sns, clock), topicArn), ...chat],
  };
}

const tokenOf = ({ tokenSecretArn }: NonNullable<ChannelSettings['slack']>, { clients, clock }: ChannelTools) =>
  new SecretsManagerOwnSecret(withRetries(clients.secretsManager, clock), tokenSecretArn, botToken);
