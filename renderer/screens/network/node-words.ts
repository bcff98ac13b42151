import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import type { Tone } from '../../design/index.ts'
import { formatDuration } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'

/** A node that votes is of the backbone, whatever its owner gives it for. */
export function roleWord({ role, backbone }: Pick<ClusterNode, 'role' | 'backbone'>, t: Text) {
  return backbone ? t(`words.backbone.${backbone}`) : t(`words.role.${role}`)
}

/** The one word for how a node is, and its tone. */
export function nodeState(node: ClusterNode, t: Text): { word: string; tone: Tone } {
  if (node.asleep) return { word: t('network.status.Asleep'), tone: 'off' }
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
        word: t(`network.status.${emptied(node) ?? node.status}`),
        tone: node.status === 'Ready' ? 'well' : 'off',
      }
  }
}

/** By how much its clock is off, and of what. */
export function clockWord(
  { aheadSeconds, of }: NonNullable<ClusterNode['clock']>,
  t: Text,
  language: string,
): string {
  // Nobody wants to know of the seconds of a clock that is an hour off.
  const minutes = Math.round(Math.abs(aheadSeconds) / 60)
  const time = formatDuration(minutes * 60, language)
  return t(`network.node.${aheadSeconds > 0 ? 'clockAhead' : 'clockBehind'}.${of}`, { time })
}

/** It gave away all that it ran, or all that could go. */
function emptied({ drain }: ClusterNode): 'Emptied' | 'EmptiedBut' | undefined {
  if (drain?.state === 'done') return 'Emptied'
  return drain?.state === 'allButData' ? 'EmptiedBut' : undefined
}

/** What stands behind a state that is not plain. */
export function nodeStateMeaning(node: ClusterNode, t: Text): string | undefined {
  if (node.asleep) return t('network.statusMeaning.Asleep')
  const how = emptied(node)
  if (how) return t(`network.statusMeaning.${how}`)
  if (node.drain?.state === 'waiting') return t('network.statusMeaning.waiting')
  return node.liveness === 'alive' ? undefined : t(`network.statusMeaning.${node.liveness}`)
}

/** `container` and `process` in people's words; kinds of newer nodes as they name them. */
export function kindWord(kind: string, t: Text): string {
  if (kind === 'container' || kind === 'process') return t(`words.kind.${kind}`)
  return t('words.kind.other', { kind })
}

/** Why an instance is still on a node that drains; in the node's own words where it is newer. */
export function leftWord({ drain }: ClusterNode, instance: string, t: Text): string | undefined {
  const reason = drain?.left.find((one) => one.instance === instance)?.reason
  switch (reason?.code) {
    case 'MOVING':
    case 'IN_TURN':
    case 'NOT_ASSIGNED':
    case 'RUNS_TO_ITS_END':
    case 'DATA_HERE':
    case 'DISRUPTION_BUDGET':
    case 'NO_OTHER_NODE':
    case 'OUT_OF_SIGHT':
      return t(`network.node.left.${reason.code}`)
    default:
      return reason?.message
  }
}
