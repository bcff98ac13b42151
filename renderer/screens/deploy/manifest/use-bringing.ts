import { useState } from 'react'
import { useWorld } from '../../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../../transport/index.ts'

export type Imported = Outputs['workloads']['import']

interface Answer {
  /** The text that was read. */
  to: string
  imported?: Imported
  problem?: Problem
}

const NO_ANSWER: Omit<Answer, 'to'> = {}

export type Bringing = ReturnType<typeof useBringing>

/** A text that was written for something else, and what the node read of it. */
export function useBringing() {
  const { client } = useWorld()
  const [text, setText] = useState('')
  const [answer, setAnswer] = useState<Answer>()
  const [busy, setBusy] = useState(false)

  const read = async (text: string): Promise<void> => {
    setText(text)
    setBusy(true)
    setAnswer(undefined)
    try {
      setAnswer({ to: text, imported: await client().workloads.import({ text }) })
    } catch (error) {
      setAnswer({ to: text, problem: toProblem(error) })
    } finally {
      setBusy(false)
    }
  }
  // What was read of another text is not what somebody sees.
  const { imported, problem } = answer?.to === text ? answer : NO_ANSWER
  return { text, setText, read, busy, imported, problem }
}
