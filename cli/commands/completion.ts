// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is shell, where they mean something.
import type { Command } from 'commander'
import { wrongUsage } from '../exit-codes.ts'
import type { Act } from '../run.ts'

/** Completion scripts, made from the commands themselves so that they cannot fall behind. */
export function completionCommand(program: Command, act: Act): void {
  program
    .command('completion')
    .summary('completion for your shell')
    .description('Prints a script that completes commands and flags.')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', '\nExample:\n  source <(mycelium completion bash)')
    .action(
      act(async (context, [shell = '']) => {
        const script = scriptFor(shell, wordsOf(program))
        context.terminal.out(script)
      }),
    )
}

/** `` for the program, `bundle`, `bundle build`, …: what can follow each. */
export type Words = Map<string, { name: string; about: string }[]>

export function wordsOf(program: Command): Words {
  const words: Words = new Map()
  const visit = (command: Command, path: string): void => {
    const flags = [...command.options, ...(path === '' ? [] : program.options)]
    words.set(path, [
      ...command.commands.map((each) => ({ name: each.name(), about: each.summary() })),
      ...flags.flatMap((flag) => {
        return flag.long ? [{ name: flag.long, about: flag.description }] : []
      }),
      { name: '--help', about: 'how it is used' },
    ])
    for (const each of command.commands) visit(each, `${path} ${each.name()}`.trim())
  }
  visit(program, '')
  return words
}

function scriptFor(shell: string, words: Words): string {
  switch (shell) {
    case 'bash':
      return bashScript(words)
    case 'zsh':
      return zshScript(words)
    case 'fish':
      return fishScript(words)
    default:
      throw wrongUsage(`There is no completion for “${shell}”: bash, zsh or fish.`)
  }
}

/** The longest run of plain words before the cursor that is a command says what can follow. */
function bashScript(words: Words): string {
  const cases = [...words].map(([path, next]) => {
    return `    "${path}") words="${next.map(({ name }) => name).join(' ')}" ;;`
  })
  return [
    '_mycelium() {',
    '  local path="" word words=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *)',
    '      local longer="${path:+$path }$word"',
    `      case "$longer" in ${casePattern(words)}) path="$longer" ;; esac ;;`,
    '    esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _mycelium mycelium',
  ].join('\n')
}

function zshScript(words: Words): string {
  return [
    '#compdef mycelium',
    'autoload -U +X bashcompinit && bashcompinit',
    bashScript(words),
  ].join('\n')
}

function fishScript(words: Words): string {
  const lines = [...words].flatMap(([path, next]) => {
    const when = path === '' ? '__fish_use_subcommand' : path.split(' ').map(seen).join('; and ')
    return next.map(({ name, about }) => {
      const what = name.startsWith('--') ? `-l ${name.slice(2)}` : `-a ${name}`
      return `complete -c mycelium -n '${when}' ${what} -d '${about.replaceAll("'", "\\'")}'`
    })
  })
  return lines.join('\n')
}

function seen(word: string): string {
  return `__fish_seen_subcommand_from ${word}`
}

function casePattern(words: Words): string {
  return [...words.keys()]
    .filter((path) => path !== '')
    .map((path) => `"${path}"`)
    .join('|')
}
