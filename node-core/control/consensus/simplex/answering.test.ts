/** What one peer may have of a voter in a tick. */
import { expect, it } from 'vitest'
import { NETWORK } from './cluster.fixture.ts'
import { ANSWERS_PER_TICK_MAX, CERTIFICATES_PER_MESSAGE_MAX } from './limits.ts'
import { genesisDigest } from './numbering.ts'
import { ballot, certificateOf, createVoter, drain, EPOCH, hear, saidIn } from './voter.fixture.ts'

const VIEWS = 2 * CERTIFICATES_PER_MESSAGE_MAX

function statusLacking(lacking: number) {
  return {
    ...{ kind: 'status' as const, epoch: EPOCH, height: 0, index: 0, view: 1, lacking },
    ...{ digest: genesisDigest(NETWORK), isEmpty: false },
  } as never
}

it('gives a peer that claims to lack now this and now that no more than its share, the rest never', () => {
  const { engine, from } = createVoter()
  for (let view = 1; view <= VIEWS; view++)
    hear(engine, from, certificateOf(ballot('nullify', view)))
  drain(engine)
  const answers = () => saidIn(drain(engine)).filter(({ kind }) => kind === 'certificates').length
  for (let lacking = 1; lacking <= VIEWS; lacking++) hear(engine, from, statusLacking(lacking))
  expect(answers()).toBe(ANSWERS_PER_TICK_MAX)
  engine.tick()
  expect(answers()).toBe(1)
  for (let tick = 0; tick < 5; tick++) {
    engine.tick()
    expect(answers()).toBe(0)
  }
})
