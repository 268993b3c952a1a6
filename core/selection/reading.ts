import type { LeaveAloneReason } from '../leave-alone.ts';

/** Something of a secret that was understood, or every reason why it was not. */
export type Reading<Value> =
  | { readonly kind: 'clear'; readonly value: Value }
  | { readonly kind: 'unclear'; readonly reasons: readonly [LeaveAloneReason, ...LeaveAloneReason[]] };

type Values<Parts> = { readonly [Part in keyof Parts]: Parts[Part] extends Reading<infer Value> ? Value : never };

export const clear = <Value>(value: Value): Reading<Value> => ({ kind: 'clear', value });

export const unclear = (reason: LeaveAloneReason): Reading<never> => ({ kind: 'unclear', reasons: [reason] });

/** Clear when nothing speaks against it. */
export function unlessAny(reasons: Iterable<LeaveAloneReason>): Reading<undefined> {
  const [reason, ...others] = reasons;
  return reason === undefined ? clear(undefined) : { kind: 'unclear', reasons: [reason, ...others] };
}

/** Clear when every part is; else all the reasons of all the parts, in the order of the parts. */
export function together<Parts extends Readonly<Record<string, Reading<unknown>>>>(
  parts: Parts,
): Reading<Values<Parts>> {
  const readings = Object.entries<Reading<unknown>>(parts);
  const all = unlessAny(readings.flatMap(([, reading]) => (reading.kind === 'unclear' ? reading.reasons : [])));
  if (all.kind === 'unclear') return all;

  return clear(
    Object.fromEntries(
      readings.flatMap(([part, reading]) => (reading.kind === 'clear' ? [[part, reading.value]] : [])),
    ) as Values<Parts>,
  );
}
