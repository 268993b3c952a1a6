import { next } from '../core/rotation/rotation.ts';
import { begin, failed, nextCall, written } from '../core/rotation/turning.ts';
import { type Defect, deciding, mistaking, withoutLooking } from './defect.ts';
import { labelsOf, strategyOf } from './world.ts';

export const defects: readonly Defect[] = [
  {
    name: 'promotes before it tests',
    target: 'alternate',
    course: 'again',
    disturbances: 0,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        goal === 'rotate' && observed.current === 'old' && observed.newVersion === 'present'
          ? { kind: 'promote' }
          : next(goal, strategy, observed),
      ),
    },
    breaks: 'currentDied',
    after: 6,
  },
  {
    name: 'retires the old key before it promotes the new one',
    target: 'registered keys',
    course: 'again',
    disturbances: 0,
    rules: { customs: { onSet: 'removes the old key' } },
    breaks: 'oldTakenAway',
    after: 7,
  },
  {
    name: 'goes back by the label AWSPREVIOUS',
    target: 'registered keys',
    course: 'backTwice',
    disturbances: 0,
    rules: { customs: { demotesTo: 'whatever is AWSPREVIOUS' } },
    breaks: 'notOurs',
    after: 20,
  },
  {
    name: 'makes another value on a retry, and goes on with it',
    target: 'alternate',
    course: 'again',
    disturbances: 1,
    rules: {
      heart: {
        ...deciding((goal, strategy, observed) =>
          goal === 'rotate' &&
          observed.newVersion === 'present' &&
          observed.new === 'unasked' &&
          observed.old !== 'accepted'
            ? { kind: 'create' }
            : next(goal, strategy, observed),
        ),
        failed: (turning, call) => (call === 'stage' ? written(turning, call) : failed(turning, call)),
      },
    },
    breaks: 'lost',
    after: 5,
  },
  {
    name: 'takes an unknown answer for a yes',
    target: 'registered keys',
    course: 'again',
    disturbances: 1,
    rules: {
      heart: mistaking((seen) => ({
        old: seen.old === 'unknown' ? 'accepted' : seen.old,
        new: seen.new === 'unknown' ? 'accepted' : seen.new,
      })),
    },
    breaks: 'unproved',
    after: 10,
  },
  {
    name: 'skips the check for drift',
    target: 'alternate',
    course: 'again',
    disturbances: 1,
    rules: { heart: mistaking(({ current }) => ({ current: current === 'other' ? 'old' : current })) },
    breaks: 'notDone',
    after: 1,
  },
  {
    name: 'deletes the oldest of two keys to make room',
    target: 'issued keys',
    course: 'again',
    disturbances: 1,
    rules: { customs: { onCreate: 'removes the oldest key' } },
    breaks: 'oldTakenAway',
    after: 5,
  },
  {
    name: 'removes what another attempt was issued, before it is issued its own',
    target: 'issued keys',
    course: 'twice',
    disturbances: 0,
    rules: { customs: { onCreate: 'removes unused keys of its label' } },
    breaks: 'currentDied',
    after: 16,
  },
  {
    name: 'drops AWSPENDING before it promotes',
    target: 'registered keys',
    course: 'again',
    disturbances: 0,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        next(goal, strategy, observed).kind === 'promote' && observed.pending === 'new'
          ? { kind: 'drop pending' }
          : next(goal, strategy, observed),
      ),
    },
    breaks: 'unlabelled',
    after: 9,
  },
  {
    name: 'demotes without asking about the old credential',
    target: 'replace',
    course: 'back',
    disturbances: 0,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        goal === 'roll back' && observed.current === 'new' ? { kind: 'demote' } : next(goal, strategy, observed),
      ),
    },
    breaks: 'currentDied',
    after: 11,
  },
  {
    name: 'moves AWSCURRENT without saying whence',
    target: 'registered keys',
    course: 'again',
    disturbances: 1,
    rules: { customs: { comparesLabels: false } },
    breaks: 'othersMoved',
    after: 10,
  },
  {
    name: 'sets before it stages',
    target: 'alternate',
    course: 'again',
    disturbances: 0,
    rules: {
      heart: {
        nextCall: (turning) => {
          const call = nextCall(turning);
          return call === 'stage' && turning.tried.set === undefined ? 'set' : call;
        },
      },
    },
    breaks: 'lost',
    after: 5,
  },
  {
    name: 'knows no deadline',
    target: 'registered keys',
    course: 'back',
    disturbances: 1,
    rules: { heedsDeadline: false },
    breaks: 'notUndone',
    after: 16,
  },
  {
    name: 'takes a version without a label for none',
    target: 'replace',
    course: 'again',
    disturbances: 2,
    rules: { heart: mistaking(({ newVersion }) => ({ newVersion: newVersion === 'unseen' ? 'absent' : newVersion })) },
    breaks: 'settledBroken',
    after: 8,
  },
  {
    name: 'believes that what it read before it looked is of the version it then sees',
    target: 'registered keys',
    course: 'backTwice',
    disturbances: 0,
    rules: {
      heart: {
        begin: (goal, target, world, { value }) =>
          begin(goal, strategyOf(target), labelsOf(world), world.current === 'old' ? value : undefined),
      },
    },
    breaks: 'unproved',
    after: 19,
  },
  {
    name: 'is done once the old password is set again, without a try',
    target: 'replace',
    course: 'back',
    disturbances: 1,
    rules: {
      heart: {
        written: (turning, call) => {
          const after = written(turning, call);
          return call === 'restore target' && after.observed !== undefined
            ? { ...after, observed: { ...after.observed, old: 'accepted' } }
            : after;
        },
      },
    },
    breaks: 'unproved',
    after: 8,
  },
  {
    name: 'is done, or gives up, on labels that it saw some calls ago',
    target: 'registered keys',
    course: 'twice',
    disturbances: 1,
    rules: { heart: { nextCall: (turning) => withoutLooking(turning, ['done', 'hold']) } },
    breaks: 'notDone',
    after: 12,
  },
  {
    name: 'sets on labels that it saw some calls ago',
    target: 'alternate',
    course: 'again',
    disturbances: 1,
    rules: { heart: { nextCall: (turning) => withoutLooking(turning, ['set']) } },
    breaks: 'currentDied',
    after: 7,
  },
  {
    name: 'tests inside the window of `replace`',
    target: 'replace',
    course: 'again',
    disturbances: 0,
    rules: {
      heart: {
        written: (turning, call) => {
          const after = written(turning, call);
          return call === 'set' && after.observed !== undefined
            ? { ...after, observed: { ...after.observed, new: 'unasked' } }
            : after;
        },
      },
    },
    breaks: 'windowStayedOpen',
    after: 8,
  },
  {
    name: 'for `replace`, asks about the new password before the old one',
    target: 'replace',
    course: 'twice',
    disturbances: 0,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        goal === 'rotate' &&
        observed.newVersion === 'present' &&
        observed.current === 'old' &&
        observed.new === 'unasked'
          ? { kind: 'test' }
          : next(goal, strategy, observed),
      ),
    },
    breaks: 'heldInVain',
    after: 17,
  },
  {
    name: 'leaves AWSPENDING behind',
    target: 'registered keys',
    course: 'again',
    disturbances: 0,
    rules: { heart: mistaking(({ current, pending }) => ({ pending: current === 'new' ? 'none' : pending })) },
    breaks: 'notDone',
    after: 10,
  },
  {
    name: 'takes AWSPENDING from somebody else',
    target: 'registered keys',
    course: 'again',
    disturbances: 1,
    rules: { heart: mistaking(({ pending }) => ({ pending: pending === 'other' ? 'none' : pending })) },
    breaks: 'othersMoved',
    after: 7,
  },
  {
    name: 'gives up at the first answer that is lost',
    target: 'replace',
    course: 'again',
    disturbances: 1,
    rules: {
      heart: {
        nextCall: (turning) => (turning.observed === undefined ? { kind: 'held', reason: 'stuck' } : nextCall(turning)),
      },
    },
    breaks: 'leftBroken',
    after: 8,
  },
  {
    name: 'restores without trying what it restores',
    target: 'alternate',
    course: 'restored',
    disturbances: 1,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        goal === 'restore' && observed.current === 'old' && observed.newVersion === 'present'
          ? { kind: 'promote' }
          : next(goal, strategy, observed),
      ),
    },
    breaks: 'currentDied',
    after: 4,
  },
  {
    name: 'sets what it restores, when the target no longer accepts it',
    target: 'registered keys',
    course: 'restored',
    disturbances: 1,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        goal === 'restore' && observed.new === 'rejected' ? { kind: 'set' } : next(goal, strategy, observed),
      ),
    },
    breaks: 'notOurs',
    after: 6,
  },
  {
    name: 'restores the one password of `replace` as a rotation would make it',
    target: 'replace',
    course: 'restored',
    disturbances: 0,
    rules: {
      heart: deciding((goal, strategy, observed) => next(goal === 'restore' ? 'rotate' : goal, strategy, observed)),
    },
    breaks: 'notOurs',
    after: 3,
  },
  {
    name: 'takes an unknown answer about what it restores for a yes',
    target: 'registered keys',
    course: 'restored',
    disturbances: 1,
    rules: {
      heart: deciding((goal, strategy, observed) =>
        next(
          goal,
          strategy,
          goal === 'restore' && observed.new === 'unknown' ? { ...observed, new: 'accepted' } : observed,
        ),
      ),
    },
    breaks: 'unproved',
    after: 6,
  },
  {
    name: 'restores what somebody has rotated again since',
    target: 'issued keys',
    course: 'restored',
    disturbances: 1,
    rules: {
      customs: { comparesLabels: false },
      heart: deciding((goal, strategy, observed) =>
        next(
          goal,
          strategy,
          goal === 'restore' && observed.current === 'other' ? { ...observed, current: 'old' } : observed,
        ),
      ),
    },
    breaks: 'othersMoved',
    after: 1,
  },
  {
    name: 'has a function finish as well, which moves AWSCURRENT',
    target: 'plugged pair',
    course: 'again',
    disturbances: 0,
    rules: { customs: { onSet: 'moves AWSCURRENT as well' } },
    breaks: 'notOurs',
    after: 7,
  },
  {
    name: 'plugs in a function that changes the login in use',
    target: 'plugged pair',
    course: 'again',
    disturbances: 0,
    rules: { customs: { onSet: 'changes the login in use' } },
    breaks: 'oldTakenAway',
    after: 7,
  },
  {
    name: 'believes a function that says of anything that it works',
    target: 'plugged pair',
    course: 'again',
    disturbances: 1,
    rules: { customs: { onAsk: 'the function alone says' } },
    breaks: 'currentDied',
    after: 5,
  },
  {
    name: 'leaves it to a function which login it changes when it gets to it',
    target: 'plugged pair',
    course: 'again',
    disturbances: 1,
    rules: { customs: { onLag: 'changes what is idle by then' } },
    breaks: 'notSettled',
    after: 14,
  },
  {
    name: 'tries for ever',
    target: 'registered keys',
    course: 'again',
    disturbances: 1,
    rules: {
      heart: {
        written: (turning, call) => ({ ...written(turning, call), tried: {} }),
        failed: (turning, call) => ({ ...failed(turning, call), tried: {} }),
      },
    },
    breaks: 'endless',
    after: 0,
  },
];
