/** `mycelium proposals`, against a node in memory. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ADA } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
  home.node.world.committee.push(ADA.node)
})
afterEach(() => home.remove())

const NOW_MS = Date.parse('2026-11-27T12:00:00.000Z')
const listed = async () => ((await home.json('proposals')) as { proposals: object[] }).proposals

it('makes a proposal, votes on it, and shows what was voted once the voting has closed', async () => {
  expect((await home.run('proposals')).out).toBe('There are no proposals.')
  const made = await home.json(
    ...['proposals', 'make', 'Is ada the witness?', '--set', 'recovery/witness=ada'],
    ...['--closes', '1h', '--reveals', '10m'],
  )
  expect(made).toMatchObject({
    id: 1,
    state: 'voting',
    members: 1,
    votes: 0,
    own: 'none',
    mayVote: true,
  })
  expect(made).not.toHaveProperty('closesAt')
  home.node.world.tellTime(NOW_MS)
  const voted = await home.run('proposals', 'vote', '1', 'yes')
  expect(voted.out).toMatch(/is in\. Nobody sees it until the voting closes \(2026-11-27T13:00/)
  const hidden = (await home.run('proposals', 'list')).out
  expect(hidden).toMatch(/^1 +voting +1 of 1 +hidden +hidden +2026-11-27T13:00:00.000Z +voted/m)
  expect(JSON.stringify(await listed())).not.toMatch(/"yes":/)
  home.node.world.tellTime(NOW_MS + 3_600_000)
  const [ended] = await untilEnded()
  expect(ended).toMatchObject({
    state: 'passed',
    yes: 1,
    no: 0,
    silent: 0,
    own: 'revealed',
    mayVote: false,
  })
  expect(ended).toMatchObject({ change: { setting: 'recovery/witness', value: 'ada' } })
  expect(home.node.deps.network()?.primary.view()?.setting('recovery/witness')?.value).toBe('ada')
})

async function untilEnded() {
  for (;;) {
    const proposals = await listed()
    if ((proposals[0] as { state: string }).state === 'passed') return proposals
  }
}

it('refuses in words what cannot be', async () => {
  const nothing = await home.run('proposals', 'vote', '7', 'yes')
  expect([nothing.exit, nothing.err]).toEqual([5, expect.stringContaining('no proposal 7')])
  expect((await home.run('proposals', 'vote', '7', 'maybe')).exit).toBe(2)
  expect((await home.run('proposals', 'vote', 'seven', 'yes')).exit).toBe(2)
  expect((await home.run('proposals', 'make', 'x', '--set', 'relay')).exit).toBe(2)
  expect((await home.run('proposals', 'make', 'x', '--closes', 'soon')).exit).toBe(2)
  const madeUp = await home.run('proposals', 'make', 'x', '--set', 'foo=1')
  expect([madeUp.exit, madeUp.err]).toEqual([2, expect.stringContaining('no setting “foo”')])
  expect(await listed()).toEqual([])
  const fraction = await home.run('proposals', 'make', 'x', '--set', 'share=0.5')
  expect([fraction.exit, fraction.err]).toEqual([2, expect.stringContaining('whole numbers')])
})

it('says of a vote that could not be sent that it is kept', async () => {
  await home.run('proposals', 'make', 'Shall we?')
  home.node.world.tellTime(NOW_MS)
  const parts = home.node.deps.network()
  if (parts) parts.voting.vote = async () => 'kept'
  if (parts) parts.voting.own = () => 'kept'
  expect((await home.run('proposals', 'vote', '1', 'no')).out).toContain('kept on this computer')
})
