/**
 * `npm run pack:cli` makes `dist/package`: the daemon and the command line compiled, with the built
 * window if there is one, and a package.json of their own. `npm pack` there gives what is published.
 * `--out FOLDER` makes it elsewhere.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist/package' } } })
const OUT = path.resolve(ROOT, values.out)

rmSync(OUT, { recursive: true, force: true })
compile()
copy('cli/mycelium.js', 'README.md', 'LICENSE')
if (existsSync(path.join(ROOT, 'out/renderer/index.html'))) copy('out/renderer')
else console.error('Without the window: it has not been built. Run "npm run build" first.')
writePackageJson()
console.log(OUT)

/** Types were checked by the tests; here they are only taken away. */
function compile(): void {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  const args = ['-p', path.join(ROOT, 'scripts/tsconfig.package.json'), '--noCheck']
  execFileSync(process.execPath, [tsc, ...args, '--outDir', OUT], { stdio: 'inherit' })
  // The compiler rewrites imports; a worker is named by a URL.
  for (const file of compiled()) {
    const text = readFileSync(file, 'utf8')
    const named = text.replace(/(new URL\('\.[^']+)\.ts(', import\.meta\.url\))/g, '$1.js$2')
    if (named !== text) writeFileSync(file, named)
  }
}

function compiled(): string[] {
  return globSync('{cli,node-core}/**/*.js', { cwd: OUT }).map((file) => path.join(OUT, file))
}

function copy(...files: string[]): void {
  for (const file of files) cpSync(path.join(ROOT, file), path.join(OUT, file), { recursive: true })
}

function writePackageJson(): void {
  const project = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  const { name, version, description, license, type, bin, engines } = project
  const dependencies = Object.fromEntries(
    [...packagesUsed()].sort().map((used) => {
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

function packagesUsed(): Set<string> {
  const specifiers = compiled().flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'([^'.][^']*)'/gm)
    return [...found].flatMap(([, specifier]) => specifier ?? [])
  })
  const outside = specifiers.filter((specifier) => !isBuiltin(specifier))
  return new Set(outside.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier))
}
