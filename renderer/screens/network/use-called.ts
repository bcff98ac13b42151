import { useMemo } from 'react'
import { useResource, useWorld } from '../../state/index.ts'
import { called, marksOf } from './namesakes.ts'

/** What a computer is called among all of them: with its short id where another one is called so too. */
export function useCalled(): (id: string, name: string) => string {
  const nodes = useResource(useWorld().nodes).data
  const marks = useMemo(() => marksOf(nodes ?? []), [nodes])
  return (id, name) => called({ id, name }, marks)
}
