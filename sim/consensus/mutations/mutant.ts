/**
 * An engine, or another part of the node, with one line changed: a copy of its folder in another place,
 * which leans on the real rest. Node runs the copy as it runs the original.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Mutation {
  /** What the engine now does wrong. */
  name: string
  /** Under `control/consensus`, or the folder that is copied. */
  file: string
  /** Stands exactly once in the file. */
  find: string
  replace: string
  /** Only liars bring it to light. */
  lying?: boolean
  /** A seed that is known to find it. */
  seed: number
}

const ROOT = path.resolve(import.meta.dirname, '../../..')
const CONSENSUS = path.join(ROOT, 'node-core/control/consensus')
/** Inside the repository, so that packages are found from there. */
const FOLDER = path.join(ROOT, '.cache/mutants')

/** Calls back with the module `entry` (a file under `control/consensus`) as the mutation makes it. */
export function withMutant<T>(
  mutation: Omit<Mutation, 'seed'> | undefined,
  entry: string,
  run: (module: Record<string, unknown>) => T,
): Promise<Awaited<T>> {
  return withCopy({ root: CONSENSUS }, mutation, async (load) => run(await load(entry)))
}

export interface Source {
  root: string
  /** Of these folders in it alone. Default: of all. */
  folders?: readonly string[]
}

/** Calls back with what loads modules of the copy. */
export async function withCopy<T>(
  { root, folders = ['.'] }: Source,
  mutation: Omit<Mutation, 'seed'> | undefined,
  run: (load: (file: string) => Promise<Record<string, unknown>>) => Promise<T>,
): Promise<Awaited<T>> {
  mkdirSync(FOLDER, { recursive: true })
  const folder = mkdtempSync(path.join(FOLDER, 'mutant-'))
  try {
    for (const part of folders) {
      const from = path.join(root, part)
      cpSync(from, path.join(folder, part), { recursive: true, filter: isSource })
    }
    if (mutation) mutate(path.join(folder, mutation.file), mutation)
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts')) leanOnTheOriginal({ root, folder, file })
    }
    const load = (file: string): Promise<Record<string, unknown>> =>
      import(/* @vite-ignore */ pathToFileURL(path.join(folder, file)).href)
    return await run(load)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const isSource = (file: string): boolean =>
  !/\.(test|suite|fixture)\.ts$|testdata|testing/.test(file)

function mutate(file: string, { name, find, replace }: Omit<Mutation, 'seed'>): void {
  const text = readFileSync(file, 'utf8')
  const found = text.split(find).length - 1
  if (found !== 1) throw new Error(`${name}: what it replaces stands ${found} times in ${file}.`)
  // A function, since `$` in a replacement means something.
  writeFileSync(
    file,
    text.replace(find, () => replace),
  )
}

/** Imports that leave the copy go to the real files. */
function leanOnTheOriginal(copy: { root: string; folder: string; file: string }): void {
  const { root, folder, file } = copy
  const at = path.join(folder, file)
  const original = path.dirname(path.join(root, file))
  const text = readFileSync(at, 'utf8').replace(/from '(\.[^']+)'/g, (whole, specifier: string) => {
    const target = path.resolve(original, specifier)
    const isCopied = existsSync(path.join(folder, path.relative(root, target)))
    return isCopied && target.startsWith(`${root}${path.sep}`)
      ? whole
      : `from '${pathToFileURL(target)}'`
  })
  writeFileSync(at, text)
}
