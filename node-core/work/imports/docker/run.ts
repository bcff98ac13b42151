/** `docker run …` lines: each comes to the fields of a compose service, and goes the same way. */
import { type Draft, labelOf, nameOfImage, newDraft, newPart } from '../draft.ts'
import type { Place, Report, Scope } from '../report.ts'
import { scalar, type Tree } from '../tree.ts'
import { sayFilled } from '../variables.ts'
import { type CommandLine, partCommands, type Word } from './command-lines.ts'
import { FLAGS, SHORT } from './run-flags.ts'
import { takeService } from './service.ts'
import type { Service } from './service-rule.ts'

type Given = Pick<Service, 'variables' | 'files'>

export function readDockerRun(text: string, report: Report, given: Given): Draft[] {
  const scope = report.scope()
  const runs: Run[] = []
  for (const command of partCommands(text, given.variables)) {
    const words = afterRun(command)
    if (words) runs.push(toRun(command, words))
    else scope.say({ line: command.line, path: firstWords(command) }, 'other-command')
  }
  const names = new Set(runs.flatMap(({ calledAs }) => calledAs ?? []))
  return runs.map((run) => toDraft(run, { names, report, ...given }))
}

/** What is run, without what is handed to it. */
function firstWords({ words }: CommandLine): string {
  return words
    .slice(0, 2)
    .map(({ text }) => text)
    .filter((text) => /^[\w./-]{1,64}$/.test(text))
    .join(' ')
}

interface Run {
  at: Place
  fields: Map<string, Tree>
  /** `--name`. */
  calledAs?: string
  /** What is to be said once there is somebody to say it to. */
  said: ((scope: Scope) => void)[]
}

/** The words behind `docker run`, however it is called. */
function afterRun({ words }: CommandLine): Word[] | undefined {
  let at = words[0]?.text === 'sudo' ? 1 : 0
  const program = words[at++]?.text.split('/').at(-1)
  if (program !== 'docker' && program !== 'podman') return undefined
  if (words[at]?.text === 'container') at++
  const verb = words[at++]?.text
  return verb === 'run' || verb === 'create' ? words.slice(at) : undefined
}

function toRun(command: CommandLine, words: readonly Word[]): Run {
  const run: Run = { at: { line: command.line, path: 'docker run' }, fields: new Map(), said: [] }
  for (const { line, text } of command.beside) {
    const at = { line, path: text }
    const message = `What a shell would do with “${text}” is not done.`
    run.said.push((scope) =>
      text === '#' ? scope.say(at, 'comment') : scope.say(at, 'other-command', message),
    )
  }
  const rest = takeFlags(run, words)
  const [image, ...args] = rest
  if (image) put(run, { path: 'image', field: 'image', takes: 'value' }, image)
  const [first] = args
  if (first) {
    const items = args.map((word) => treeOf(run, word, 'command'))
    run.fields.set('command', { line: first.line, path: 'command', kind: 'list', items })
  }
  return run
}

/** Up to the image, which is the first word that no flag takes. */
function takeFlags(run: Run, words: readonly Word[]): readonly Word[] {
  let at = 0
  while (at < words.length) {
    const word = words[at]
    if (word === undefined || !/^-./.test(word.text)) break
    at++
    if (word.text === '--') break
    const long = word.text.startsWith('--')
    at += long ? takeLong(run, word, words[at]) : takeShort(run, word, words[at])
  }
  return words.slice(at)
}

/** How many of the next words it took. */
function takeLong(run: Run, word: Word, next: Word | undefined): number {
  const [, name = '', equals, value = ''] = /^--([^=]*)(=?)([\s\S]*)$/.exec(word.text) ?? []
  const flag = FLAGS.get(name)
  const path = `--${name}`
  if (!flag) {
    run.said.push((scope) => scope.say({ line: word.line, path }, 'unknown-flag'))
    return 0
  }
  const target = { ...flag, path }
  if (equals === '=') put(run, target, { ...word, text: value })
  else if (flag.takes === 'nothing') put(run, target, { ...word, text: 'true' })
  else return takeNext(run, target, { word, next })
  return 0
}

/** `-d`, `-it`, `-p 80:80`, `-p80:80`, `-itv data:/data`. */
function takeShort(run: Run, word: Word, next: Word | undefined): number {
  for (let at = 1; at < word.text.length; at++) {
    const path = `-${word.text[at]}`
    const flag = FLAGS.get(SHORT.get(word.text[at] ?? '') ?? '')
    if (!flag) {
      run.said.push((scope) => scope.say({ line: word.line, path }, 'unknown-flag'))
      return 0
    }
    const target = { ...flag, path }
    const rest = word.text.slice(at + 1)
    if (flag.takes === 'nothing') {
      put(run, target, { ...word, text: 'true' })
    } else if (rest !== '') {
      put(run, target, { ...word, text: rest.replace(/^=/, '') })
      return 0
    } else {
      return takeNext(run, target, { word, next })
    }
  }
  return 0
}

interface Target {
  path: string
  field: string
  takes: 'nothing' | 'value' | 'values'
}

function takeNext(
  run: Run,
  target: Target,
  { word, next }: { word: Word; next: Word | undefined },
): number {
  const at = { line: word.line, path: target.path }
  if (next) put(run, target, { ...next, line: word.line })
  else run.said.push((scope) => scope.say(at, 'wrong-form', 'Nothing follows this flag.'))
  return next ? 1 : 0
}

function put(run: Run, { path: flag, field, takes }: Target, word: Word): void {
  // A variable is told by its name, never by its value.
  const name = field === 'environment' ? /^[A-Za-z_]\w{0,127}/.exec(word.text)?.[0] : undefined
  const path = name === undefined ? flag : `${flag} ${name}`
  const value = treeOf(run, word, path)
  if (field === 'name') {
    // The last one counts, as with every flag that takes one value.
    run.calledAs = word.text
    run.said.push((scope) => scope.say(value, 'kept'))
    return
  }
  const [group = field, inside] = field.split('.')
  const there = run.fields.get(group)
  if (inside !== undefined) {
    const fields = new Map(there?.kind === 'map' ? there.fields : [])
    const before = fields.get(inside)
    if (before) run.said.push((scope) => scope.say(before, 'said-again'))
    run.fields.set(group, { ...value, kind: 'map', fields: fields.set(inside, value) })
  } else if (takes === 'values') {
    const items = there?.kind === 'list' ? there.items : []
    run.fields.set(group, { line: word.line, path, kind: 'list', items: [...items, value] })
  } else {
    if (there) run.said.push((scope) => scope.say(there, 'said-again'))
    run.fields.set(group, value)
  }
}

function treeOf(run: Run, word: Word, path: string): Tree {
  const value = treeOfWord(word, path)
  run.said.push((scope) => {
    sayFilled(value, { missing: word.missing, needed: word.needed, wrong: false }, scope)
    if (word.unknown) scope.say(value, 'needs-a-shell')
  })
  return value
}

/** `type=bind,source=/x,target=/y,readonly`, as compose's long form: a key alone says yes. */
function mountOf({ line, text }: Word, path: string): Tree {
  const at = { line, path }
  const pairs = text.split(',').map((pair) => {
    const [key = '', ...value] = pair.split('=')
    return [key, scalar(at, pair.includes('=') ? value.join('=') : 'true')] as const
  })
  return { ...at, kind: 'map', fields: new Map(pairs) }
}

function treeOfWord(word: Word, path: string): Tree {
  if (path === '--mount') return mountOf(word, path)
  const at = { line: word.line, path }
  const text = scalar(at, word.text)
  if (path !== '--env-file') return text
  // Here a line is taken as it stands, which is a form of compose's.
  return {
    ...at,
    kind: 'map',
    fields: new Map([
      ['path', text],
      ['format', scalar(at, 'raw')],
    ]),
  }
}

function toDraft(
  { at, fields, calledAs, said }: Run,
  { names, report, ...given }: Given & { names: Set<string>; report: Report },
): Draft {
  const image = fields.get('image')
  const imageText = image?.kind === 'scalar' ? image.text : ''
  const asked = calledAs ?? nameOfImage(imageText) ?? 'container'
  const name = labelOf(asked) ?? 'container'
  const scope = report.scope(name)
  const draft = newDraft(at, name, scope)
  const part = newPart(at)
  draft.parts.push(part)
  for (const say of said) say(scope)
  if (name !== asked)
    scope.say(at, 'renamed', `Called ${name} here. Names have 1 to 63 of a-z, 0-9 and "-".`)
  const others = new Set([...names].filter((one) => one !== calledAs))
  const service = { ...at, kind: 'map' as const, fields }
  takeService(service, {
    draft,
    part,
    scope,
    others,
    aliases: new Map(),
    ...given,
    configs: new Map(),
    hasImage: imageText !== '',
  })
  return draft
}
