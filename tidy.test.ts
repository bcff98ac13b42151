/** The rules of the house that a program can check. `docs/CONTRIBUTING.md` says why they are there. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderLimits } from './scripts/limits.ts'
import { missingFromLock, readLock } from './scripts/lock.ts'
import {
  isTest,
  readSourceTree,
  type SourceFile,
  withoutComments,
} from './scripts/tidy/source-tree.ts'

const files = readSourceTree(import.meta.dirname)
const byPath = new Map(files.map((file) => [file.path, file]))

/** A wing imports only wings before it. */
const WINGS = [
  'base',
  'identity',
  'economy',
  'control',
  'network',
  'storage',
  'owner',
  'work',
  'api',
]

/** Files without time, chance, disk or network. The rest of their folder is shell. */
const PURE = [
  /^node-core\/economy\//,
  /^node-core\/storage\/pieces\//,
  /^node-core\/work\/(addresses|spec|placement|imports|catalogue|jobs|scaling|rollout)\//,
  /^node-core\/work\/load\/(tally|latency|messages)\.ts$/,
  /^node-core\/work\/upkeep\/(looks|tally)\.ts$/,
  /^node-core\/work\/space\/keeping\.ts$/,
  /^node-core\/work\/volumes\/marks\.ts$/,
  /^node-core\/work\/runners\/container\/sandbox-(demand|profile)\.ts$/,
  /^node-core\/work\/assigning\/changes\.ts$/,
  /^node-core\/work\/desired\/(refusing|registry-rows|state-records)\.ts$/,
  /^node-core\/work\/reconcile\/(plan|status|slots|backoff)[^/]*\.ts$/,
  /^node-core\/work\/edge\/(admission|choice|headers|ledger|load-counts|passage|rate-limiter|retry-budget|room|route)\.ts$/,
  /^node-core\/work\/certificates\/names\.ts$/,
  /^node-core\/network\/authority\/(authority-key|x509|zone|messages)\.ts$/,
  /^node-core\/work\/logs\/(allowance|holders|query|record|surplus)\.ts$/,
  /^node-core\/control\/consensus\/(?!driver\/)/,
  /^node-core\/control\/state\/(?!driver|store|index)[^/]*\.ts$/,
  /^node-core\/control\/log\/(frame|layout)\.ts$/,
  /^node-core\/control\/consensus\/driver\/message-queue\.ts$/,
  /^node-core\/control\/registry\//,
  /^node-core\/control\/backbone\//,
  /^node-core\/control\/follow\/(?!driver|index|confirming)[^/]*\.ts$/,
  /^node-core\/control\/primary\/(committee|messages|queries|machine|owners|refusing)\.ts$/,
  /^node-core\/base\/(sorted-keys|recent)\//,
  /^node-core\/network\/membership\/(detector|suspicion|members)[^/]*\.ts$/,
  /^node-core\/network\/discovery\/dial-plan\.ts$/,
  /^node-core\/identity\/(?!keystore|owner-file|signature|keys|index)[^/]*\.ts$/,
  /^node-core\/api\/contract\//,
  /^node-core\/api\/handlers\/own-namespace\.ts$/,
  /^node-core\/api\/doors\/instance\/(allowance|secrets)\.ts$/,
  /^renderer\/screens\/deploy\/draft\/(draft|names|secrets|text)\.ts$/,
  /^renderer\/screens\/deploy\/(reach|catalogue\/choosing|manifest\/(place|schema))\.ts$/,
  /^renderer\/screens\/deploy\/canvas\/(?!use-)[a-z-]+\.ts$/,
  /^sim\/(linearizability|consensus)\/(?!mutations\/)/,
  /^sim\/(linearizability|consensus|follow)\/(?!mutations\/)/,
]

/** Packages that any module may import: schemas, codecs, React and what tests are written with. */
const SHARED_PACKAGES =
  /^(zod|@ipld\/|multiformats|react|react-dom|react-i18next|i18next|react-aria-components|zustand|vitest|fast-check|playwright|@axe-core\/|@orpc\/|@libp2p\/interface|node:)/

const WORDS_BANNED_AS_FOLDERS = /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts)/

const wingOf = (file: string): string | undefined => /^node-core\/([a-z-]+)\//.exec(file)?.[1]
/** A module is a folder with an `index.ts`; the nearest one above a file. */
function moduleOf(file: string): string {
  let folder = file.slice(0, file.lastIndexOf('/'))
  while (folder.includes('/') && !byPath.has(`${folder}/index.ts`)) {
    folder = folder.slice(0, folder.lastIndexOf('/'))
  }
  return folder
}
const sources = files.filter((file) => !isTest(file.path))
const core = sources.filter((file) => file.path.startsWith('node-core/'))

function violations(over: SourceFile[], check: (file: SourceFile) => string[]): string[] {
  return over.flatMap((file) => check(file).map((what) => `${file.path}: ${what}`))
}

describe('who may import whom', () => {
  it('keeps the wings in order', () => {
    const found = violations(core, (file) => {
      const from = WINGS.indexOf(wingOf(file.path) ?? '')
      if (from < 0) return []
      return file.imports.flatMap(({ target }) => {
        if (!target) return []
        if (!target.startsWith('node-core/')) return [`leaves node-core: ${target}`]
        const to = WINGS.indexOf(wingOf(target) ?? '')
        return to > from || to < 0 ? [`leans on a later wing: ${target}`] : []
      })
    })
    expect(found).toEqual([])
  })

  it('knows every wing by name', () => {
    const unknown = core.filter(
      (file) => wingOf(file.path) && !WINGS.includes(wingOf(file.path) ?? ''),
    )
    expect(unknown.map((file) => file.path)).toEqual([])
  })

  it('crosses modules at their index.ts only', () => {
    const found = violations(core, (file) =>
      file.imports.flatMap(({ target }) => {
        if (!target?.startsWith('node-core/') || target.endsWith('/index.ts')) return []
        if (wingOf(target) === undefined) return []
        const own = moduleOf(file.path)
        return moduleOf(target) === own ? [] : [`reaches into ${target}`]
      }),
    )
    expect(found).toEqual([])
  })

  it('has no import cycles, types included', () => {
    const done = new Set<string>()
    const found: string[] = []
    const visit = (file: SourceFile, trail: string[]): void => {
      if (trail.includes(file.path)) {
        found.push([...trail.slice(trail.indexOf(file.path)), file.path].join(' → '))
        return
      }
      if (done.has(file.path)) return
      for (const { target } of file.imports) {
        const next = target ? byPath.get(target) : undefined
        // A module's index.ts re-exports its own files, which take their types from it.
        if (
          next &&
          !(file.path.endsWith('/index.ts') && moduleOf(next.path) === moduleOf(file.path))
        ) {
          visit(next, [...trail, file.path])
        }
      }
      done.add(file.path)
    }
    for (const file of core) visit(file, [])
    expect(found).toEqual([])
  })

  it('imports electron in main/ alone, and libp2p in the mesh alone', () => {
    const found = violations(sources, (file) =>
      file.imports.flatMap(({ package: name }) => {
        if (name === 'electron' && !/^(main|e2e\/electron)/.test(file.path))
          return ['imports electron']
        if (name === 'libp2p' && !/^(node-core\/network\/mesh|bench)\//.test(file.path)) {
          return ['imports libp2p']
        }
        return []
      }),
    )
    expect(found).toEqual([])
  })

  it('lets the window know the contract and nothing else of the node', () => {
    const found = violations(
      sources.filter((file) => file.path.startsWith('renderer/')),
      (file) =>
        file.imports.flatMap(({ target }) => {
          if (!target || target.startsWith('renderer/') || target.startsWith('assets/')) return []
          return target === 'node-core/api/contract/index.ts' ? [] : [`imports ${target}`]
        }),
    )
    expect(found).toEqual([])
  })

  it('imports a third-party package in one module only', () => {
    const users = new Map<string, Set<string>>()
    for (const file of core) {
      for (const { package: name } of file.imports) {
        if (!name || SHARED_PACKAGES.test(name)) continue
        users.set(name, (users.get(name) ?? new Set()).add(moduleOf(file.path)))
      }
    }
    const found = [...users].filter(([, modules]) => modules.size > 1)
    expect(found.map(([name, modules]) => `${name}: ${[...modules].join(', ')}`)).toEqual([])
  })
})

describe('pure cores', () => {
  const banned: [RegExp, string][] = [
    [/\bDate\.now\(|\bnew Date\(\)/, 'reads the clock'],
    [/\bMath\.random\(/, 'rolls dice'],
    [/\b(setTimeout|setInterval|setImmediate)\(/, 'arms a timer'],
    [/\bprocess\./, 'touches the process'],
    [/\bconsole\./, 'logs'],
    [/\bfetch\(/, 'touches the network'],
    [/\bawait\b/, 'awaits'],
  ]
  const impurePackages = /^(node:(?!crypto$)|electron|libp2p|@libp2p\/|dockerode|undici|ws$)/

  it('touch no clock, chance, timer, process, network or log', () => {
    const pure = sources.filter((file) => PURE.some((pattern) => pattern.test(file.path)))
    expect(pure.length).toBeGreaterThan(10)
    const found = violations(pure, (file) => {
      const code = withoutComments(file.text)
      return [
        ...banned.filter(([pattern]) => pattern.test(code)).map(([, what]) => what),
        ...file.imports
          .filter(({ package: name }) => name !== undefined && impurePackages.test(name))
          .map(({ specifier }) => `imports ${specifier}`),
      ]
    })
    expect(found).toEqual([])
  })
})

describe('size and names', () => {
  it('keeps files within 600 lines, and gives a reason above 400', () => {
    const found = violations(files, (file) => {
      if (file.lines.length > 600) return [`${file.lines.length} lines`]
      const explained =
        /^(#!.*\n)?\s*(\/\/|\/\*)/.test(file.text) && /\blong\b/i.test(file.text.slice(0, 600))
      return file.lines.length > 400 && !explained
        ? [`${file.lines.length} lines, no reason given`]
        : []
    })
    expect(found).toEqual([])
  })

  it('has no drawers', () => {
    const drawers = files.filter(
      (file) => WORDS_BANNED_AS_FOLDERS.test(file.path) || /(^|\/)types\.ts$/.test(file.path),
    )
    expect(drawers.map((file) => file.path)).toEqual([])
  })

  it('names files in kebab-case', () => {
    const odd = files.filter((file) => !/^[a-z0-9.-]+$/.test(file.path.split('/').at(-1) ?? ''))
    expect(odd.map((file) => file.path)).toEqual([])
  })

  it('has no stray any and switches no check off', () => {
    const found = violations(sources, (file) => {
      const code = withoutComments(file.text)
      const any = /[:<|]\s*any\b\s*[,;)>=\]|]|,\s*any\s*>|\bas any\b/.test(code) ? ['uses any'] : []
      const off = /@ts-(ignore|nocheck)/.test(file.text) ? ['switches the compiler off'] : []
      return [...any, ...off]
    })
    expect(found).toEqual([])
  })

  it('leaves nothing for later', () => {
    // Written in halves so that this file does not find itself.
    const later = new RegExp(
      `\\b(${['TO', 'FIX'].map((s, i) => s + ['DO', 'ME'][i]).join('|')})\\b`,
    )
    expect(violations(files, (file) => (later.test(file.text) ? ['left for later'] : []))).toEqual(
      [],
    )
  })
})

describe('package-lock.json', () => {
  it('holds the packages of every system, so that npm ci takes it', () => {
    expect([...missingFromLock(readLock()).keys()], 'run: node scripts/lock.ts').toEqual([])
  })
})

describe('docs', () => {
  it('list the limits that the sources set', () => {
    const page = readFileSync(path.join(import.meta.dirname, 'docs/LIMITS.md'), 'utf8')
    expect(page, 'run: node scripts/limits.ts').toBe(renderLimits())
  })
})

describe('orphans', () => {
  const ENTRIES = [
    /^main\/(index|preload)[^/]*\.ts$/,
    /^renderer\/main\.tsx$/,
    /^cli\/mycelium\.ts$/,
    /^scripts\/[a-z0-9-]+\.ts$/,
    /^(bench|sim|sim\/nightly)\/run\.ts$/,
    /^bench\/(peers\/)?[a-z0-9-]+\.ts$/,
    /^e2e\/electron-host\//,
    /^e2e\/((applications|faults|isolation|isolation\/lines|scaling)\/run|harness\/liar\/(engine|pieces|primary)|[a-z0-9-]+)\.ts$/,
    /^[a-z.-]+\.(config|test)\.ts$/,
    /^assets\//,
    /\.d\.ts$/,
  ]

  it('has no source file that nothing reaches', () => {
    const reached = new Set<string>()
    const visit = (path: string): void => {
      const file = byPath.get(path)
      if (!file || reached.has(path)) return
      reached.add(path)
      for (const { target } of file.imports) if (target) visit(target)
    }
    for (const file of files) {
      if (isTest(file.path) || ENTRIES.some((entry) => entry.test(file.path))) visit(file.path)
    }
    const orphans = files.filter((file) => !reached.has(file.path))
    expect(orphans.map((file) => file.path)).toEqual([])
  })
})
