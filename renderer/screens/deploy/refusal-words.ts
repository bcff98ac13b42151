import type { Text } from '../../i18n/index.ts'
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
  const why = problem.fields.length > 0 ? t('deploy.fields') : problem.message
  const runs =
    names.length > 0 ? t('deploy.partly', { names: names.join(', ') }) : t('deploy.nothingStarted')
  return {
    title: of ? t('deploy.problemOf', { name: nameOf(of) }) : t('deploy.problem'),
    detail: `${why} ${runs}`,
  }
}
