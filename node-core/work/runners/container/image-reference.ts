/** What may stand for an image in the path of an engine's URL: dockerode puts it there as it is. */
import { imageReference as said } from '../../spec/index.ts'

/** Nothing that a path is read by: no `?`, and no step up or to nowhere between two slashes. */
export const imageReference = said.refine(
  (reference) => !reference.split('/').some((word) => ['', '.', '..'].includes(word)),
)

export function isImageReference(text: string): boolean {
  return imageReference.safeParse(text).success
}
