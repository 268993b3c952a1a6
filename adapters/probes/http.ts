import type { Answer } from '../../core/ports.ts';
import { type Credential, recordFrom } from '../../core/selection/credential.ts';
import { type HttpTools, request } from '../http-request.ts';

/** Asks a target who it takes the holder of a key for. */
export async function askHttp(tools: HttpTools, credential: Credential): Promise<Answer> {
  if (credential.shape === 'login') return 'unknown';
  try {
    const answer = await request(tools, credential, 'GET', '/v1/whoami');
    if (answer.status === 401 || answer.status === 403) return 'rejected';
    if (answer.status !== 200) return 'unknown';
    return recordFrom(await answer.text())?.['client'] === credential.client ? 'accepted' : 'unknown';
  } catch {
    return 'unknown';
  }
}
