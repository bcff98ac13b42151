/**
 * Two releases side by side: every node says which rules it knows. They are put in force by a voter once
 * all that are here know them, or by a person as soon as all voters do. Commands of the next rules are sent all the while.
 */
import { pick } from '../../node-core/base/random/index.ts'
import { type Command, RELEASE } from '../../node-core/control/registry/index.ts'
import type { World } from './world.ts'

export interface Versions {
  start(): void
}

const LOOK_MS_MAX = 1_500

export function createVersions(world: World): Versions {
  const { random, clock, cast } = world

  async function send(what: string, command: Command): Promise<void> {
    const machine = pick(random, world.running())
    const asked = machine?.life?.primary.execute(command)
    const answer = await asked?.then(
      () => 'done',
      (error: { code: string }) => error.code,
    )
    if (answer !== undefined) world.count(`rules: ${what}: ${answer}`)
  }

  function look(): void {
    clock.timer(random.int(LOOK_MS_MAX) * world.leisure, look)
    for (const { id, release, life } of world.running()) {
      const { primary } = life!
      const view = primary.view()
      if (!view) continue
      if (release) {
        if (primary.status().trouble) world.count('rules: overtaken')
        continue
      }
      // Nodes say so by themselves, and raise the rules when nobody is left who would have to stop.
      if (view.supports(id) >= RELEASE.version) world.count('rules: supported')
      if (view.version >= RELEASE.version) world.count('rules: in force')
    }
    const node = pick(random, world.machines)!.id
    void send('activate', { kind: 'version.activate', body: { version: RELEASE.version } })
    void send('new', { kind: 'committee.seat', body: { node, seat: 'learner' } })
    void send('new', { kind: 'committee.seat', body: { node, seat: 'none' } })
  }

  return {
    start: () => {
      if (cast.mixed) look()
    },
  }
}
