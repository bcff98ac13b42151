import type { Text } from '../../i18n/index.ts'
import type { Problem } from '../../transport/index.ts'
import type { Deployed } from './deploying.ts'
import { nameOf } from './draft/index.ts'

/** What was not deployed, why, and what runs of it all the same. */
export function refusalWords(
  { names, failed, half }: Deployed,
  t: Text,
): { title: string; detail: string } {
  if (!failed) return { title: '', detail: '' }
  const { of, problem } = failed
  if (half) return { title: t('deploy.problem'), detail: t('deploy.halfThere', { ...half }) }
  const why = fieldsText(problem, t) ?? problem.message
  const runs =
    names.length > 0 ? t('deploy.partly', { names: names.join(', ') }) : t('deploy.nothingStarted')
  return {
    title: of ? t('deploy.problemOf', { name: nameOf(of) }) : t('deploy.problem'),
    detail: `${why} ${runs}`,
  }
}

/** Each by the name that its form has for it; the rest by where it stands in the manifest. */
function fieldsText({ fields }: Problem, t: Text): string | undefined {
  if (fields.length === 0) return undefined
  const names = fields.map(({ path }) => {
    if (path === 'name') return t('deploy.name')
    return /^containers\.\d+\.image$/.test(path) ? t('deploy.imageField') : path
  })
  return t('deploy.fields', { fields: [...new Set(names)].join(', ') })
}
