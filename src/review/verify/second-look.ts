import type { Severity, Verification } from '../finding.ts'

/** What a second look brought to light about one candidate. */
export interface SecondLook {
  readonly verification: Verification
  /** By what breaks for whom; the finder's own where no verdict came. */
  readonly severity: Severity
  /** Whether this change brought the failure, made an old one reachable, or has nothing to do with it. */
  readonly origin: 'introduced' | 'exposed' | 'existing'
  /** The id of another candidate that has the same cause. */
  readonly sameAs?: string
}
