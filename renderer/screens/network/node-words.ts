import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import type { Tone } from '../../design/index.ts'
import type { Text } from '../../i18n/index.ts'

/** The one word for how a node is, and its tone. */
export function nodeState(node: ClusterNode, t: Text): { word: string; tone: Tone } {
  switch (node.liveness) {
    case 'dead':
      return { word: t('network.status.dead'), tone: 'bad' }
    case 'left':
      return { word: t('network.status.left'), tone: 'off' }
    case 'suspect':
      return { word: t('network.status.suspect'), tone: 'warn' }
    case 'alive':
      if (node.status === 'NotReady') return { word: t('network.status.suspect'), tone: 'warn' }
      return {
        word: t(`network.status.${isEmptied(node) ? 'Emptied' : node.status}`),
        tone: node.status === 'Ready' ? 'well' : 'off',
      }
  }
}

/** It gave away all that it ran. */
function isEmptied({ status, instances }: ClusterNode): boolean {
  return status === 'Draining' && instances === 0
}

/** What stands behind a state that is not plain. */
export function nodeStateMeaning(node: ClusterNode, t: Text): string | undefined {
  if (isEmptied(node)) return t('network.statusMeaning.Emptied')
  return node.liveness === 'alive' ? undefined : t(`network.statusMeaning.${node.liveness}`)
}

/** `container` and `process` in people's words; kinds of newer nodes as they name them. */
export function kindWord(kind: string, t: Text): string {
  if (kind === 'container' || kind === 'process') return t(`words.kind.${kind}`)
  return t('words.kind.other', { kind })
}
