import compare from 'semver/functions/compare.js'
import parse from 'semver/functions/parse.js'

/** A version by SemVer 2.0: three numbers and, where it is none for everybody yet, what it is before. */
const form = /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/

/** Without build metadata: it says nothing of what comes first, and numbers of releases are to have an order. */
export function isVersion(text: string): boolean {
  return text.length <= 60 && form.test(text) && parse(text) !== null
}

/** Negative where `a` comes before `b`, by the rules of precedence of SemVer 2.0 (§11). Both have to be versions. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b)
}

/** `platform/1.4.0` */
export interface ReleaseName {
  readonly pipeline: string
  readonly version: string
}

export function parseReleaseName(text: string): ReleaseName | undefined {
  const [, pipeline = '', version = ''] = /^([a-z0-9][a-z0-9.-]{0,62})\/([^/]+)$/.exec(text) ?? []
  return isVersion(version) ? { pipeline, version } : undefined
}
