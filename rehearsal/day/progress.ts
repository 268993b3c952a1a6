import type { Instant } from '../../core/instant.ts';
import type { Mode, Run } from '../../core/plan.ts';

/** What happens in a run, as it happens, for whoever watches. */
export type Happening = { readonly at: Instant } & (
  | { readonly kind: 'state'; readonly run: Run; readonly state: string; readonly wave: number | undefined }
  | { readonly kind: 'waiting for approval'; readonly link: string; readonly orElse?: string }
  | { readonly kind: 'approved'; readonly by: string }
  | { readonly kind: 'told'; readonly said: string }
  | {
      readonly kind: 'batch turned';
      readonly run: Run;
      readonly mode: Mode;
      readonly goal: 'rotate' | 'roll back';
      readonly wave: number;
      readonly batch: number;
      readonly tier: string;
      readonly turned: number;
      readonly of: number;
      readonly problem: string | undefined;
    }
  | {
      readonly kind: 'batch probed';
      readonly run: Run;
      readonly phase: string;
      readonly wave: number;
      readonly batch: number;
      readonly sound: boolean;
    }
  | { readonly kind: 'secret promoted'; readonly name: string; readonly promoted: number }
  | { readonly kind: 'client failed'; readonly service: string; readonly secret: string }
);

/** Called for every happening, with the clients' counts at that moment. */
export type Watch = (
  happening: Happening,
  clients: { readonly authentications: number; readonly failures: number },
) => void;
