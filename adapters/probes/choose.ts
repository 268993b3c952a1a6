import type { Prober } from '../../core/ports.ts';
import { readCredential } from '../../core/selection/credential.ts';
import type { ProbeSettings, RotatorSettings } from '../../core/settings.ts';
import type { HttpTools } from '../http-request.ts';
import { askHttp } from './http.ts';
import { askPostgres } from './postgres.ts';

/**
 * The prober that an entry of the configuration describes, for secrets of one rotator and tier.
 *
 * It sends a credential nowhere but to a host that the rotator may have. A value that its rotator could not use is not
 * tried at all.
 */
export function proberFor(probe: ProbeSettings, rotator: RotatorSettings, tier: string, tools: HttpTools): Prober {
  return {
    async ask(value) {
      const credential = readCredential(rotator, tier, value);
      if (credential.kind === 'malformed') return 'unknown';
      return probe.kind === 'postgres' ? askPostgres(tools.network, credential) : askHttp(tools, credential);
    },
  };
}
