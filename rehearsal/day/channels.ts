import type { Settings } from '../../core/settings.ts';
import type { Cloud } from '../cloud.ts';
import type { Estate } from '../targets/estate.ts';
import { SlackWorkspace } from '../targets/slack.ts';

/** What the rehearsed app authenticates with. It opens nothing but the rehearsed workspace. */
const botToken = 'xoxb-rehearsal-0000000000';

/**
 * Sets up what the operator of a deployment sets up before its channels carry anything: a verified identity in SES, and
 * a Slack app, whose token is in the secret that the settings name.
 */
export async function openChannels(
  { channels: { email, slack }, approvers }: Settings,
  { ses, secretsManager }: Cloud,
  estate: Estate,
): Promise<SlackWorkspace | undefined> {
  if (email !== undefined) {
    ses.verify(email.from);
    if (email.configurationSet !== undefined) ses.createConfigurationSet(email.configurationSet);
  }
  if (slack === undefined) return undefined;

  const workspace = new SlackWorkspace({
    token: botToken,
    users: approvers.flatMap(({ slackUser }) => slackUser ?? []),
    channels: [slack.channel],
  });
  const name = (slack.tokenSecretArn.split(':secret:')[1] ?? '').replace(/-[A-Za-z0-9]{6}$/, '');
  const entry = { ARN: slack.tokenSecretArn, Name: name, SecretVersionsToStages: { token: ['AWSCURRENT'] } };
  secretsManager.seed(entry, { token: { value: botToken } });
  await estate.open('slack.com', workspace.target);
  return workspace;
}
