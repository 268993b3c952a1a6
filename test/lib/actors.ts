import settings from '../../chromepay.config.ts';
import { permissionsIn } from '../../lib/permissions.ts';
import { deploy } from './deployment.ts';

export const deployed = deploy(settings);
export const permissions = permissionsIn(deployed.template);

const everywhere = /^(logs|xray):|^kms:(Decrypt|GenerateDataKey)$/;

/** `action on resource if condition`, one line each, without what all functions have. */
export const linesOf = (actor: string): readonly string[] =>
  (permissions.get(actor) ?? [])
    .flatMap(({ actions, resources, condition }) =>
      actions.flatMap((action) =>
        resources.map((resource) => `${action} on ${resource}${condition === '' ? '' : ` if ${condition}`}`),
      ),
    )
    .filter((line) => !everywhere.test(line.split(' ')[0] ?? ''))
    .sort();

export const actors = [...permissions.keys()];
export const actorsWho = (action: string) =>
  actors.filter((actor) => linesOf(actor).some((line) => line.startsWith(`${action} `)));
