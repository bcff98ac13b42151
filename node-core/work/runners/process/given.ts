/**
 * The environment that a program is given, by way of the input of what becomes it: whoever is on this
 * computer may read the arguments of every process, and in a shelter the one that waits outside keeps
 * its own for as long as the program runs.
 */
import { LAUNCHER_FAILED } from './launcher-failed.ts'

const FAILED = `exit ${LAUNCHER_FAILED}`
/** Behind the last variable: an input that broke off is not taken for whole. */
const END = '.'
/** Before one that a shell keeps for itself. */
const APART = '-'

/** One variable to a line. */
const reading = (from: string): string[] => [
  "mycelium_newline='",
  "'",
  'while :; do',
  `IFS= read -r mycelium_given${from} || ${FAILED}`,
  'case $mycelium_given in',
  `${END}) break ;;`,
  `${APART}*) mycelium_apart=/usr/bin/env; eval "set -- \${mycelium_given#${APART}} \\"\\$@\\"" ;;`,
  '*) eval "export $mycelium_given" ;;',
  'esac',
  'done',
]
const SCRIPT = [...reading(''), 'exec $mycelium_apart "$@" </dev/null'].join('\n')
const ASIDE_SCRIPT = [
  ...reading(' <&3'),
  `echo >&3 || ${FAILED}`,
  'exec 3<&-',
  'exec $mycelium_apart "$@"',
].join('\n')

/** The words to put before a command that is to have what `givenText` says, and no input. */
export const GIVEN_WORDS = ['/bin/sh', '-c', SCRIPT, 'given'] as const
/**
 * The same for a command with an input of its own: what it is given comes by descriptor 3, by which it
 * says with an empty line that it begins.
 */
export const GIVEN_ASIDE_WORDS = ['/bin/sh', '-c', ASIDE_SCRIPT, 'given'] as const

/** Names that some shell does not let be set, or sets anew: those go through `env`, as nothing secret is called so. */
const SHELLS_OWN =
  /^(_|IFS|PATH|PPID|UID|EUID|GROUPS|OPTIND|OPTARG|OPTERR|LINENO|RANDOM|SRANDOM|SECONDS|EPOCH\w*|SHLVL|SHELLOPTS|DIRSTACK|FUNCNAME|HISTCMD|PIPESTATUS|ENV|PS\d|BASH\w*|COMP_\w*|PWD|OLDPWD)$/

export function givenText(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    return SHELLS_OWN.test(name) ? APART + quoted(`${name}=${value}`) : `${name}=${quoted(value)}`
  })
  return [...lines, END, ''].join('\n')
}

/** For a shell to read as one word, on one line. */
function quoted(text: string): string {
  const inside = text.replaceAll("'", `'\\''`).replaceAll('\n', `'"$mycelium_newline"'`)
  return `'${inside}'`
}
