/**
 * The command line that becomes a program. On POSIX a small shell script, with an empty environment
 * of its own, waits until it is told that its number is on record, enters the control groups and sets the limits that only a process can set for itself,
 * then turns into `setpriv` (no new privileges, own user), then into `env -i` with the program's
 * environment, then into the program: one process from first to last, so its number is the program's.
 * The program's environment comes last so that nothing in it can steer what ran before it as root.
 *
 * The program is named by `./` and its file name: `env` would take a path with a `=` for a variable.
 */
import { OPEN_FILES_MAX } from './limits.ts'

export interface LaunchRequest {
  /** File name of the program, in the folder that the command is started in; without a `=`. */
  program: string
  args: readonly string[]
  environment: Readonly<Record<string, string>>
  cgroups: readonly string[]
  /** The user and group it runs as; undefined: as ourselves. */
  userId: number | undefined
  /** Path of util-linux's setpriv, where there is one. */
  setpriv: string | undefined
}

/** Exit code by which the launcher says that a limit could not be set. */
export const LAUNCHER_FAILED = 125

const FAILED = `exit ${LAUNCHER_FAILED}`

const SCRIPT = [
  // Nobody tells it any more when the node has gone: then it goes too.
  `read -r go || ${FAILED}`,
  `while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || ${FAILED}; shift; done`,
  'shift',
  `ulimit -c 0 && ulimit -n ${OPEN_FILES_MAX} || ${FAILED}`,
  'exec "$@" </dev/null',
].join('\n')

export function launchCommand(request: LaunchRequest): { file: string; args: string[] } {
  const { program, args, environment, cgroups } = request
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const env = ['/usr/bin/env', '-i', ...variables, `./${program}`, ...args]
  return {
    file: '/bin/sh',
    args: ['-c', SCRIPT, 'launcher', ...cgroups, '--', ...privileges(request), ...env],
  }
}

function privileges({ setpriv, userId }: LaunchRequest): string[] {
  if (!setpriv) return []
  const own =
    userId === undefined
      ? []
      : [
          `--reuid=${userId}`,
          `--regid=${userId}`,
          '--clear-groups',
          '--inh-caps=-all',
          '--bounding-set=-all',
        ]
  return [setpriv, '--no-new-privs', ...own]
}
