import type { MessageBoxOptions, MessageBoxReturnValue } from 'electron'
import type { WorkHere } from './handing-over.ts'
import type { QuitAnswer } from './quitting.ts'
import { TEXT } from './text.ts'

/** Asks what becomes of what runs here. Nothing runs here: no question. */
export async function askToQuit(
  work: WorkHere | undefined,
  show: (options: MessageBoxOptions) => Promise<Pick<MessageBoxReturnValue, 'response'>>,
): Promise<QuitAnswer> {
  if (!work) return 'now'
  const { message, withOthers, alone } = TEXT.quitting
  const answers: QuitAnswer[] = work.hasOthers ? ['handOver', 'now', 'stay'] : ['now', 'stay']
  const { response } = await show({
    type: 'question',
    message: message(work.copies),
    detail: work.hasOthers ? withOthers : alone,
    buttons: answers.map((answer) => TEXT.quitting[answer]),
    defaultId: 0,
    cancelId: answers.indexOf('stay'),
    // Or Windows makes big links of the buttons.
    noLink: true,
  })
  return answers[response] ?? 'stay'
}
