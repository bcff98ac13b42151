/**
 * `npm run pack:cli` makes `dist/package`: the daemon and the command line bundled, with the built
 * window if there is one, and a package.json of their own. `npm pack` there gives what is published.
 * `--out FOLDER` makes it elsewhere.
 *
 * Bundled, since a thousand modules one by one are three quarters of a start's work and a quarter of
 * an idle node's memory (docs/BENCHMARKS.md).
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'vite'
import {
  addressesBesideBundle,
  asciiAlone,
  entriesBeside,
  OUTSIDE,
  withoutUnused,
} from './bundling.ts'
import { notices } from './notices.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/package' } } })
const OUT = path.resolve(ROOT, values.out)
const CHUNKS = 'cli/chunks'

rmSync(OUT, { recursive: true, force: true })
const imports = await bundle()
copy('cli/mycelium.js', 'README.md', 'LICENSE')
if (existsSync(path.join(ROOT, 'out/renderer/index.html'))) copy('out/renderer')
else console.error('Without the window: it has not been built. Run "npm run build" first.')
writePackageJson(imports)
console.log(OUT)

/** What it leaves to be installed. */
async function bundle(): Promise<Set<string>> {
  const made = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    plugins: [addressesBesideBundle(), withoutUnused(), asciiAlone(), notices()],
    ssr: { noExternal: true, external: OUTSIDE },
    build: {
      ssr: true,
      target: 'node24',
      outDir: OUT,
      rolldownOptions: {
        input: {
          main: path.join(ROOT, 'cli/main.ts'),
          ...entriesBeside(ROOT),
        },
        // Two folders deep, as in the sources: the window is looked for by that. The worker lies
        // beside the chunk that asks for it.
        output: {
          entryFileNames: ({ name }) => (name === 'main' ? 'cli/main.js' : `${CHUNKS}/[name].js`),
          chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
        },
      },
    },
  })
  if (Array.isArray(made) || !('output' in made)) throw new Error('Vite made something else.')
  const chunks = made.output.filter((one) => one.type === 'chunk')
  return new Set(chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]))
}

function copy(...files: string[]): void {
  for (const file of files) cpSync(path.join(ROOT, file), path.join(OUT, file), { recursive: true })
}

function writePackageJson(imports: Set<string>): void {
  const project = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  const { name, version, description, license, type, bin, engines } = project
  const outside = [...imports].filter((used) => !isBuiltin(used) && !used.startsWith('cli/'))
  const dependencies = Object.fromEntries(
    outside.sort().map((used) => {
      const exact: unknown = project.dependencies[used]
      if (typeof exact !== 'string') throw new Error(`${used} is imported and no dependency.`)
      return [used, exact]
    }),
  )
  // The machine's own Node may be older than what this needs.
  const optionalDependencies = { node: project.devDependencies.node }
  const published = { name, version, description, license, type, bin, engines, dependencies }
  const text = JSON.stringify({ ...published, optionalDependencies }, undefined, 2)
  writeFileSync(path.join(OUT, 'package.json'), `${text}\n`)
}
