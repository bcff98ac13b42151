/** The folder of a container that its command starts in: a whole path, made by the engine where it is not there. */
import { z } from 'zod'
import { isText, NOT_TEXT } from './fields.ts'
import { WORKING_DIRECTORY_LENGTH_MAX } from './limits.ts'

export const workingDirectory = z
  .string()
  .max(WORKING_DIRECTORY_LENGTH_MAX)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that a path may not have.
  .regex(/^\/[^\u0000-\u001f\u007f]*$/, { error: 'A whole path, such as "/srv/app".' })
  .refine(isText, { error: NOT_TEXT })

export function isWorkingDirectory(text: string): boolean {
  return workingDirectory.safeParse(text).success
}
