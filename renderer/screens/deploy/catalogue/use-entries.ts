import { useEffect, useState } from 'react'
import type { CatalogueEntry } from '../../../../node-core/api/contract/index.ts'
import { useWorld } from '../../../state/index.ts'
import { type Problem, toProblem } from '../../../transport/index.ts'

/** What the node has in its catalogue; undefined until it has answered. */
export function useEntries(): {
  entries: readonly CatalogueEntry[] | undefined
  problem: Problem | undefined
} {
  const { client } = useWorld()
  const [entries, setEntries] = useState<readonly CatalogueEntry[]>()
  const [problem, setProblem] = useState<Problem>()
  useEffect(() => {
    let current = true
    const ask = async (): Promise<void> => {
      try {
        const answer = await client().catalogue.list()
        if (current) setEntries(answer.entries)
      } catch (error) {
        if (current) setProblem(toProblem(error))
      }
    }
    void ask()
    return () => {
      current = false
    }
  }, [client])
  return { entries, problem }
}
