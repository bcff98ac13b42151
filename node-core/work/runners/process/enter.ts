/**
 * The command line that runs a command inside a program that runs: bounded by the program's control
 * groups and limits, in its namespaces and its root, as its user, with no more rights than it has and
 * by the same security profile. Nothing of it is done by what the program could have written: every tool
 * lies in what the shelter shows read-only, and the environment comes last (docs/adr/0052).
 *
 * A shell stays outside the program's processes, as whoever waits: it ends as the command does.
 */
import type { TerminalSize } from '../index.ts'
import { GIVEN_ASIDE_WORDS } from './given.ts'
import { boundedWords, type Confinement, confinedWords, privileges } from './launch.ts'
import { LAUNCHER_FAILED } from './launcher-failed.ts'
import { WORK_AT } from './shelter.ts'

export interface EnterRequest {
  command: readonly string[]
  cgroups: readonly string[]
  /** The user and group that the program runs as; undefined: as ourselves, in a user namespace. */
  userId: number | undefined
  /** Groups that such a user has besides. */
  groups?: readonly number[]
  setpriv: string
  nsenter: string
  confinement: Confinement | undefined
}

/** What is handed over from descriptor 4 on, in this order: files of `/proc/<process 1>`. */
export function entrancesOf(userId: number | undefined): readonly string[] {
  // A node that is not root gives its programs no host name of their own.
  const fifth = userId === undefined ? 'user' : 'uts'
  return [...['mnt', 'pid', 'ipc', 'cgroup', fifth].map((name) => `ns/${name}`), 'root']
}

const OPTIONS: Readonly<Record<string, string>> = {
  'ns/mnt': 'mount',
  'ns/pid': 'pid',
  'ns/ipc': 'ipc',
  'ns/cgroup': 'cgroup',
  'ns/uts': 'uts',
  'ns/user': 'user',
}

const FAILED = `exit ${LAUNCHER_FAILED}`
/** Signals of the terminal are for the command, which shares its group: whoever waits outlasts them. */
const WAIT_SCRIPT = [
  `cd ${WORK_AT} || ${FAILED}`,
  'trap : INT QUIT TSTP',
  'exec 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-',
  // By itself it says nothing: of what signal a command died, for instance.
  'exec 9>&2 2>/dev/null',
  '(exec "$@" 2>&9 9>&-)',
  'exit $?',
].join('\n')

export function enterWords(request: EnterRequest): string[] {
  const { command, cgroups, userId, groups = [], nsenter, confinement, setpriv } = request
  const at = (index: number): string => `/proc/self/fd/${4 + index}`
  const entrances = entrancesOf(userId).flatMap((name, index) => {
    const option = OPTIONS[name]
    return option === undefined
      ? [`--root=${at(index)}`, `--wd=${at(index)}`]
      : [`--${option}=${at(index)}`]
  })
  return [
    ...boundedWords(cgroups),
    ...[nsenter, '--no-fork', ...(userId === undefined ? ['--preserve-credentials'] : [])],
    ...entrances,
    ...['--', '/bin/sh', '-c', WAIT_SCRIPT, 'wait'],
    ...privileges({ setpriv, userId, groups, confinement }),
    ...['/usr/bin/env', '-i', ...GIVEN_ASIDE_WORDS, ...confinedWords(confinement, command)],
  ]
}

/** `script` makes a terminal, which takes its size and echo here: it has none that it could take after. */
export function terminalWords(
  { script, stty }: { script: string; stty: string },
  { columns, rows }: TerminalSize,
  words: readonly string[],
): string[] {
  const line = [
    `${stty} rows ${rows} columns ${columns} echo || ${FAILED}`,
    `exec ${words.map(quoted).join(' ')}`,
  ].join('\n')
  return [script, '--quiet', '--return', '--flush', '--command', line, '/dev/null']
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
