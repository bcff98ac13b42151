import type { NodeId } from '../../base/net/index.ts'
import { type Instance, type Slot, slotOf } from '../spec/index.ts'
import { refusalOf } from './filling.ts'
import type { Choice, Objection, PlacementInput, StayReason } from './index.ts'
import { evaluate, rankedIn } from './place.ts'

export interface SlotExplanation {
  slot: Slot
  index: number
  /** Where it runs or would run. */
  node: NodeId | undefined
  /** Why that one, where there is one. */
  because?: Choice
  /** Why it is not replaced, or does not leave that node, where it is meant to. */
  stays?: StayReason
  /** What counts less there and would end for it. */
  displaces?: Slot[]
  /** What every other node says against it. */
  refused: { node: NodeId; code: Objection }[]
}

/** For each slot of one workload: where it is or would be placed, and why not anywhere else. */
export function explain(input: PlacementInput, workloadName: string): SlotExplanation[] {
  const desired = input.workloads.find(({ workload }) => workload.name === workloadName)
  if (!desired) return []
  const { workload } = desired
  const choices = new Map<Slot, Choice>()
  const table = evaluate(input, choices)
  const states = input.jobs?.get(workloadName)
  return Array.from({ length: workload.replicas }, (_, index) => {
    const slot = slotOf(workload.name, index)
    const node = table.assignments.get(slot)
    const state = states?.[index]
    // Nobody is asked for room for what is not to run now.
    const isOpen = !states || state?.kind === 'due' || state?.kind === 'begun'
    if (!isOpen) return { slot, index, node, refused: [] }
    const whole = table.unplaced.get(slot)
    const refused = table.nodes.flatMap(({ id, gone }) => {
      if (id === node || gone) return []
      const said = whole?.find((refusal) => refusal.node === id)?.code
      return [{ node: id, code: said ?? objection(id, slot) }]
    })
    const stays = table.stays.get(slot)
    const displaces = table.displaces.get(slot)
    return {
      ...{ slot, index, node, refused },
      ...(node !== undefined && { because: choice(node, slot, refused) }),
      ...(stays && { stays }),
      ...(displaces && { displaces }),
    }
  })

  function choice(id: NodeId, slot: Slot, refused: SlotExplanation['refused']): Choice {
    const runs = ({ workload: name, index, node }: Instance): boolean =>
      node === id && slotOf(name, index) === slot
    if (input.dataOf?.get(slot)?.includes(id)) return 'DATA_THERE'
    const decided = choices.get(slot)
    // It was there, and nobody knows whether it still runs.
    if (decided === 'WAITS_THERE') return decided
    if (input.instances.some((one) => runs(one) && !one.ended && !one.awaitsRoom))
      return 'RUNS_THERE'
    if (decided) return decided
    return refused.some(({ code }) => code === 'ANOTHER_CHOSEN') ? 'COMES_FIRST' : 'ONLY_ONE'
  }

  function objection(id: NodeId, slot: Slot): Objection {
    const node = table.nodes.find((one) => one.id === id)
    const ranked = desired && rankedIn(input, desired)
    return (node && ranked && refusalOf(table, node, ranked, slot)) ?? chosenAs(slot)
  }

  function chosenAs(slot: Slot): Objection {
    return choices.get(slot) === 'WAITS_THERE' ? 'WAITS_ELSEWHERE' : 'ANOTHER_CHOSEN'
  }
}

/** For people. */
export function choiceText(code: Choice): string {
  switch (code) {
    case 'RUNS_THERE':
      return 'It has its place there already, and keeps it.'
    case 'DATA_THERE':
      return 'What this copy keeps lies there.'
    case 'ONLY_ONE':
      return 'No other computer can run it now.'
    case 'COMES_FIRST':
      return 'Of those that can run it, it comes first: by neighbours and spread, then by lot; every node draws the same.'
    case 'ASSIGNED_THERE':
      return 'It was assigned there before, and can run there.'
    case 'WAITS_THERE':
      return 'That computer is out of sight, and it waits for that, since its onPartition is keep. With heal it would be started elsewhere.'
    case 'FEWEST_THERE':
      return 'Of those that can run it, it has the fewest copies of it.'
    case 'FEWEST_AT_SITE':
      return 'Of the sites where it can run, this computer’s has the fewest copies of it.'
    case 'FEWEST_OF_OWNER':
      return 'Of the owners on whose computers it can run, this one’s have the fewest copies of it.'
    case 'NEIGHBOUR_THERE':
      return 'It runs a workload that this one is to be near.'
    case 'DRAWN':
      return 'Several computers suit it equally well. Which of them it is was drawn by lot; every computer draws the same.'
  }
}

export function objectionText(code: Objection): string {
  switch (code) {
    case 'NODE_LOST':
      return 'It is out of sight.'
    case 'NODE_LEFT':
      return 'It said goodbye: it is off, or has left the network.'
    case 'ASLEEP':
      return 'It said that it sleeps.'
    case 'CORDONED':
      return 'Its owner takes no new work for it.'
    case 'KIND_NOT_OFFERED':
      return 'It cannot run this kind of work now.'
    case 'STRANGERS_REFUSED':
      return 'It runs this kind of work for its own owner alone.'
    case 'GPUS_TAKEN':
      return 'It has not enough graphics processors left, or grants none.'
    case 'LABELS_DO_NOT_MATCH':
      return 'It lacks the labels that the workload asks for.'
    case 'KEPT_APART':
      return 'It runs a workload that this one is kept apart from.'
    case 'COPY_THERE':
      return 'Another copy of it is there already, and its copies share no computer.'
    case 'DATA_ELSEWHERE':
      return 'What this copy keeps lies on another computer.'
    case 'SLOTS_FULL':
      return 'It runs as many copies as one computer may.'
    case 'CPU_FULL':
      return 'It has not enough CPU left.'
    case 'MEMORY_FULL':
      return 'It has not enough memory left.'
    case 'OUTRANKED':
      return 'It is full of work that counts more.'
    case 'FAILED_THERE':
      return 'It was tried there several times, and something of that computer kept it from starting.'
    case 'HOST_PORT_TAKEN':
      return 'The host port asked for is taken there.'
    case 'NO_MAJORITY':
      return 'No more than half of the network is in sight, and this workload must not run then.'
    case 'NO_QUORUM':
      return 'The committee is out of reach, and this workload must not run then.'
    case 'NOT_ASSIGNED':
      return 'It could run it; the committee has yet to assign it.'
    case 'WAITS_ELSEWHERE':
      return 'It could run it, were it not waiting for its own computer.'
    case 'ANOTHER_CHOSEN':
      return 'It could run it; another node comes first.'
  }
}
