import type { CodeBook } from '../../model/diagnostic.ts'

export const codes = {
  'redundancy-group': {
    severity: 'error',
    meaning:
      'A group of things that stand in for each other asks for more than it has, or names what its service does not stand on.',
    fix: 'list its members in hosts or dependsOn, too, and ask for at most as many as there are',
  },
  'availability-target': {
    severity: 'warning',
    meaning: 'What a service promises is more than can be expected of what it stands on.',
    fix: 'plumbline report availability names its single points of failure; make one of them redundant, or promise less',
  },
  'recovery-time': {
    severity: 'warning',
    meaning: "A service has to be back before something it can't be without has to.",
    fix: 'bring the other one back sooner, or allow this one more time',
  },
  'recovery-point': {
    severity: 'warning',
    meaning: "A service may lose less data than something it can't be without.",
    fix: 'have the other one lose less, or allow this one to lose more',
  },
  'design-score': {
    severity: 'error',
    meaning: 'A service is live and is not designed as its standard asks of services that matter as much.',
    fix: 'plumbline report scorecards tells what is missing; until it is there, its stage is pipeline',
  },
} as const satisfies CodeBook
