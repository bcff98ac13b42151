/**
 * Software that many people want to run, as entries of data (`assets/catalogue`): what it is in plain
 * words, what has to be asked, and manifests with places for the answers. Pure but for the chance it
 * is handed, from which passwords are made.
 *
 *     const catalogue = createCatalogue({ entries, random })
 *     const { workloads, secrets } = catalogue.fill('wordpress', { name: 'blog' })
 */

import type { Random } from '../../base/random/index.ts'
import type { Answers } from './answers.ts'
import { answerAll } from './answers.ts'
import { createEntries } from './entries.ts'
import type { Entry } from './entry.ts'
import { type Filled, fillTemplate } from './fill.ts'

export interface Catalogue {
  /** By title. */
  list(): readonly Entry[]
  /** Throws ENTRY_UNKNOWN. */
  get(name: string): Entry
  /**
   * Bodies of deploys, what is used before what uses it, and the secrets to be written first. What is
   * not answered has its default; a secret that is not given is made. Throws ENTRY_UNKNOWN, and
   * VALIDATION_ERROR with each wrong answer under `answers.<key>`.
   */
  fill(name: string, answers: Answers): Filled
}

/** Nothing in the catalogue has that name. */
export type CatalogueErrorCode = 'ENTRY_UNKNOWN'

export interface CatalogueDeps {
  /** As they stand in `assets/catalogue`; one that is not as it should be throws. */
  entries: readonly unknown[]
  random: Pick<Random, 'int'>
}

export function createCatalogue({ entries, random }: CatalogueDeps): Catalogue {
  const { list, get } = createEntries(entries)
  return {
    list,
    get,
    fill(name, answers) {
      const entry = get(name)
      return fillTemplate(entry, answerAll(entry, answers, random))
    },
  }
}

export type { Answer, Answers } from './answers.ts'
export type { Entry, Question } from './entry.ts'
export type { Filled, FilledSecret } from './fill.ts'
