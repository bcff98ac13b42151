/**
 * The command line that becomes a program. On POSIX a small shell script, with an empty environment
 * of its own, waits until it is told that its number is on record, enters the control groups and sets the limits that only a process can set for itself,
 * then turns into `setpriv` (no new privileges, own user), then into a shell that takes the program's
 * environment from its input (`given.ts`), then into the program: one process from first to last, so its
 * number is the program's. The program's environment comes last so that nothing in it can steer what ran
 * before it as root; and it stands in no arguments, which every user of the computer may read.
 *
 * In a shelter `unshare` stays, waits for the program and ends as it ended, so its number is the
 * program's too. Inside, a shell is process 1: it clears away orphans, lets the program die of a signal
 * that it does not handle, as no process 1 does, and writes down how it ended.
 */

import { GIVEN_WORDS, givenText } from './given.ts'
import { LANDLOCK_WORDS } from './landlock.ts'
import { LAUNCHER_FAILED } from './launcher-failed.ts'
import { OOM_SCORE, OPEN_FILES_MAX } from './limits.ts'
import { type Shelter, type ShelterRequest, shelterWords, WORK_AT } from './shelter.ts'

export interface LaunchRequest {
  /** As the program is called: a path, or a name with `./` in the folder the command is started in. */
  program: string
  args: readonly string[]
  environment: Readonly<Record<string, string>>
  cgroups: readonly string[]
  /** The user and group it runs as; undefined: as ourselves. */
  userId: number | undefined
  /** Groups that such a user has besides. */
  groups?: readonly number[]
  /** Path of util-linux's setpriv, where there is one. */
  setpriv: string | undefined
  shelter?: (ShelterRequest & { of: Shelter }) | undefined
  confinement?: Confinement | undefined
}

/** A profile of AppArmor's, and the file by which a process takes it on; or rules of Landlock's. */
export type Confinement = { by: 'apparmor'; name: string; file: string } | { by: 'landlock' }

export { LAUNCHER_FAILED }

const FAILED = `exit ${LAUNCHER_FAILED}`

const BOUNDED = [
  `while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || ${FAILED}; shift; done`,
  'shift',
  `ulimit -c 0 && ulimit -n ${OPEN_FILES_MAX} || ${FAILED}`,
  // Where memory ends, work goes before what its owner has open. Anybody may ask for that.
  `{ echo ${OOM_SCORE} >/proc/self/oom_score_adj; } 2>/dev/null || :`,
  'exec "$@"',
]
/** Nobody tells it any more when the node has gone: then it goes too. */
const SCRIPT = [`read -r go || ${FAILED}`, ...BOUNDED].join('\n')

/**
 * Process 1 of a shelter. By itself it says nothing: of what signal a program died, for instance. How the
 * program ended it writes to descriptor 3 (`exit-note.ts`), which the program does not have.
 */
const INIT_SCRIPT = [
  `cd "$1" || ${FAILED}`,
  'shift; exec 4>&2 2>/dev/null',
  '(exec "$@" 2>&4 3>&- 4>&-)',
  'code=$?; echo $code >&3; exit $code',
].join('\n')
/** Turns into the program, which has the profile from its first instruction on. */
const CONFINED_SCRIPT = [
  `echo "exec $2" >"$1" || { echo "There is no security profile $2 here" >&2; ${FAILED}; }`,
  'shift 2; exec "$@"',
].join('\n')

export interface LaunchCommand {
  file: string
  args: string[]
  /** What it is told: to go on, once its number is on record, and what the program is given. */
  input: string
}

export function launchCommand(request: LaunchRequest): LaunchCommand {
  const { program, args, environment, cgroups, shelter, confinement } = request
  const confined = confinedWords(confinement, [program, ...args])
  const last = shelter ? ['/bin/sh', '-c', INIT_SCRIPT, 'init', WORK_AT, ...confined] : confined
  return {
    file: '/bin/sh',
    args: [
      ...['-c', SCRIPT, 'launcher', ...cgroups, '--'],
      ...(shelter ? shelterWords(shelter.of, shelter) : []),
      ...privileges(request),
      ...['/usr/bin/env', '-i', ...GIVEN_WORDS, ...last],
    ],
    input: `go\n${givenText(environment)}`,
  }
}

/** The words to put before a command that is to be held to what these groups and processes are. */
export function boundedWords(cgroups: readonly string[]): string[] {
  return ['/bin/sh', '-c', BOUNDED.join('\n'), 'bounded', ...cgroups, '--']
}

export function confinedWords(
  confinement: Confinement | undefined,
  words: readonly string[],
): readonly string[] {
  if (confinement?.by !== 'apparmor') return words
  const { file, name } = confinement
  return ['/bin/sh', '-c', CONFINED_SCRIPT, 'profile', file, name, ...words]
}

/** Whether these are the words of process 1 of a shelter, once it has no rights any more. */
export function isInit(words: readonly string[]): boolean {
  return words[2] === INIT_SCRIPT
}

/** Whether a child of process 1 has become the program by now. */
export function isProgram(words: readonly string[]): boolean {
  return words.length > 0 && !isInit(words) && words[2] !== CONFINED_SCRIPT
}

type Privileges = Pick<LaunchRequest, 'setpriv' | 'userId' | 'groups' | 'shelter' | 'confinement'>

/** The words that give up every right that the program has not. */
export function privileges(request: Privileges): string[] {
  const { setpriv, userId, groups = [], shelter, confinement } = request
  if (!setpriv) return []
  const none = ['--inh-caps=-all', '--bounding-set=-all']
  const others = groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups'
  const own =
    userId === undefined ? [] : [`--reuid=${userId}`, `--regid=${userId}`, others, ...none]
  const lent = shelter && !shelter.of.ownUsers ? ['--ambient-caps=-all', ...none] : []
  const ruled = confinement?.by === 'landlock' ? LANDLOCK_WORDS : []
  return [setpriv, '--no-new-privs', ...own, ...lent, ...ruled]
}
