/**
 * `node scripts/limits.ts` writes docs/LIMITS.md from every `limits.ts`; with `--check` it only says
 * whether the page is up to date. The source is the truth, the page is for reading.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const PAGE = path.join(ROOT, 'docs/LIMITS.md')

const HEAD = `# Limits

Everything has a bound. The unit is at the end of each name. This page is written from the sources by
\`node scripts/limits.ts\`; a test checks that the two agree.
`

const LIMIT =
  /\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*export const ([A-Z][A-Z0-9_]*)(?::[^=]+)?\s*=\s*([^\n]+)/g

export function renderLimits(): string {
  const sections = globSync('{node-core,cli,main,renderer}/**/limits.ts', { cwd: ROOT })
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(ROOT, file), 'utf8')
      const rows = [...text.matchAll(LIMIT)].map(([, comment = '', name = '', value = '']) => {
        const says = comment.replace(/\s*\n\s*\*\s*/g, ' ').replaceAll('|', '\\|')
        return `| \`${name}\` | ${value.replaceAll('|', '\\|').trim()} | ${says} |`
      })
      const title = path.posix.dirname(file).replace(/^node-core\//, '')
      return `\n## ${title}\n\n| Name | Value | Bounds |\n|---|---|---|\n${rows.join('\n')}\n`
    })
  return HEAD + sections.join('')
}

if (import.meta.main) {
  const wanted = renderLimits()
  if (process.argv.includes('--check')) {
    process.exitCode = readFileSync(PAGE, 'utf8') === wanted ? 0 : 1
  } else {
    writeFileSync(PAGE, wanted)
  }
}
