import type { MessageBoxOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import { askToQuit } from './quit-question.ts'
import { TEXT } from './text.ts'

const { handOver, now, stay, withOthers, alone } = TEXT.quitting

/** What is shown, and what comes of each button. */
async function asked(work: Parameters<typeof askToQuit>[0]) {
  const shown: MessageBoxOptions[] = []
  const press = (response: number) =>
    askToQuit(work, async (options) => {
      shown.push(options)
      return { response }
    })
  const answers = [await press(0), await press(1), await press(2)]
  return { options: shown[0], answers }
}

describe('the question before a quit', () => {
  it('is not asked where nothing runs', async () => {
    expect(await asked(undefined)).toEqual({ options: undefined, answers: ['now', 'now', 'now'] })
  })

  it('offers to hand over where others can take the work', async () => {
    const { options, answers } = await asked({ copies: 2, hasOthers: true })
    expect(options).toMatchObject({
      ...{ message: 'Quit: 2 copies run here', detail: withOthers, cancelId: 2 },
      buttons: [handOver, now, stay],
    })
    expect(answers).toEqual(['handOver', 'now', 'stay'])
  })

  it('promises no hand-over on the only computer', async () => {
    const { options, answers } = await asked({ copies: 1, hasOthers: false })
    expect(options).toMatchObject({
      ...{ message: 'Quit: 1 copy runs here', detail: alone, cancelId: 1 },
      buttons: [now, stay],
    })
    expect(answers).toEqual(['now', 'stay', 'stay'])
  })
})
