/** Owners who run each other's work, for tests: each has a workload with a copy at everybody else's. */
import type { NodeId } from '../../base/net/index.ts'
import { HOUR_MS } from '../../economy/reputation/index.ts'
import type { Command } from './index.ts'
import { raise } from './motions.fixture.ts'
import {
  bytes,
  codeOf,
  createWorld,
  expectDone,
  type Machine,
  type Person,
  START_MS,
} from './registry.fixture.ts'

export interface Neighbour extends Person {
  machine: Machine
  workload: string
}

export const GOOD = 1_000_000

export function createNeighbours(count = 3, version?: number) {
  const world = createWorld({ seed: 60 })
  const voter = world.machine(world.founder)
  world.elect(voter)
  raise(world, [voter], version)
  const neighbours = Array.from({ length: count }, (_, at): Neighbour => {
    const person = world.member('deploy')
    return { ...person, machine: world.machine(person), workload: `work-${at}` }
  })
  for (const one of neighbours) {
    const body = { name: one.workload, spec: bytes('spec') }
    expectDone(world.do(one, { kind: 'workload.apply', body }))
    place(
      one,
      neighbours.filter((other) => other !== one),
    )
  }

  function place({ workload }: Neighbour, on: readonly Neighbour[], release: number[] = []): void {
    const assign = on.map(({ machine }, at): [number, NodeId] => [at, machine.node])
    const body = { workload, generation: 1, assign, release }
    expectDone(world.do(voter, { kind: 'workload.assign', body }))
  }

  const saying = (by: Neighbour, of: Machine, ppm: number): Command => ({
    kind: 'reputation.observe',
    body: { node: of.node, workload: by.workload, ppm },
  })
  const say = (by: Neighbour, of: Neighbour, ppm: number): string =>
    codeOf(world.do(by.machine, saying(by, of.machine, ppm)))
  let hours = 0
  return {
    ...{ ...world, voter, neighbours, place, saying, say },
    pass(more: number): void {
      hours += more
      world.tick(START_MS + hours * HOUR_MS)
    },
    figure: ({ owner }: Person): number => world.registry.view.reputation(owner),
  }
}
