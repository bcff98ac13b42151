/** In words, which version a copy is of while a change is under way. */
import {
  type Changing,
  type CopyVersion,
  copyVersion,
  type InstanceView,
} from '../../node-core/api/contract/index.ts'

export type { Changing }

const WORDS: Record<CopyVersion, string> = {
  takenBack: 'Taken back, leaving.',
  fresh: 'New version.',
  freshServes: 'New version, serves.',
  old: 'Old version.',
  oldServes: 'Old version, serves.',
  oldLeaves: 'Old version, leaving.',
}

/** Empty where there is nothing to tell apart. */
export function versionWords(one: InstanceView, of: Changing): string {
  const version = copyVersion(one, of)
  return version ? WORDS[version] : ''
}
