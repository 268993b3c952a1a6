import type { Network } from '../../adapters/network.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Call } from './faults.ts';

/** About what each takes within a Region, in milliseconds of virtual time. Nothing is decided by it. */
const awsCall = 15;
const functionStart = 40;
const targetCall = 25;

export const usualLatency = ({ service }: Call): number => (service === 'lambda' ? functionStart : awsCall);

/** A network whose answers take as long as those of a real one. The delay is the caller's: servers work at full speed. */
export const withLatency = (network: Network, time: VirtualTime): Network => ({
  fetch: async (url, init) => {
    await time.sleep(targetCall);
    return network.fetch(url, init);
  },
  connectPostgres: async (door) => {
    await time.sleep(targetCall);
    return network.connectPostgres(door);
  },
});
