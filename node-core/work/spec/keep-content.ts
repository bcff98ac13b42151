import type { Part, Workload } from './index.ts'

/** An image that stays as it was named stays fixed to the content it was fixed to. */
export function keepContent<P extends Pick<Part, 'name' | 'source'>>(
  { parts }: Workload,
  asked: P,
): P {
  const { source, name } = asked
  const before = parts.find((part) => part.name === name)?.source
  if (!('image' in source) || !before || !('image' in before)) return asked
  if (before.image !== source.image || before.imageId === undefined) return asked
  const { imageId, exposes } = before
  return { ...asked, source: { ...source, imageId, ...(exposes && { exposes }) } }
}
