/** The committee that keeps the registry, in words. */
import type { Outputs } from '../node-client.ts'
import { short } from './format.ts'
import type { Named } from './names.ts'

type Status = Outputs['node']['status']
type ClusterNode = Outputs['nodes']['list']['nodes'][number]

/** What a computer is called among all of them (`namingAmong`). */
type Naming = (one: Named) => string
const asCalled: Naming = ({ name }) => name

export function committeeRows(
  of: Status,
  named = asCalled,
): [name: string, value: string | undefined][] {
  const { primary } = of
  if (!primary) return []
  const { role, height, follows, followsName } = primary
  const whom = followedText(follows, followsName, named)
  const way = role === 'none' ? `, ${whom}` : ''
  const copy = height === undefined ? '' : `, at height ${height}${way}`
  const part = role === 'none' ? 'no vote' : role === 'learner' ? 'learns, to vote later' : 'votes'
  return [
    ['Primary', forceText(of)],
    ['Led by', leaderText(of, named)],
    ...readsRow(of),
    ...promiseRow(primary),
    ['This node', `${role === 'leader' ? 'leads' : part}${copy}`],
  ]
}

/** One line under a list of nodes. */
export function committeeLine(of: Status, named = asCalled): string | undefined {
  if (!of.primary) return undefined
  const { height } = of.primary
  const copy = height === undefined ? '' : `; height ${height}`
  return `Found by ${of.discoveryTier}. Primary ${forceText(of)}; led by ${leaderText(of, named)}${copy}.`
}

function forceText({ primary, network, degraded }: Status): string {
  if (!primary) return ''
  const { inForce, voters, learners, mayFail, silent } = primary
  const one = voters.length === 1 ? '1 node votes' : `${voters.length} nodes vote`
  const votes = voters.length === 0 ? 'who votes is not known' : one
  if (!inForce) {
    const [why] = degraded.flatMap(({ code }) => OWN_TROUBLE.get(code) ?? [])
    if (why !== undefined) return `writes wait: ${why} (${votes})`
    // Simplex wants more than a majority.
    const lacking = network?.consensus === 'simplex' ? 'too few are' : 'no majority is'
    return `writes wait: ${lacking} in reach (${votes})`
  }
  const learning = learners.length > 0 ? `, ${learners.length} more learning` : ''
  const more = silent === undefined ? '' : ' more'
  const fail =
    mayFail > 0 ? `${mayFail}${more} may fail` : more ? 'no more may fail' : 'none may fail'
  const away = silent === undefined ? '' : ` (${silent} of them not in reach)`
  return `in force: ${votes}${away}${learning}, ${fail}`
}

/** What keeps this computer from writing, whoever else is in reach. */
const OWN_TROUBLE = new Map([
  ['MEMBER_REMOVED', 'its owner was removed, and the others refuse it'],
  ['REPLICA_FAILED', 'this computer’s copy takes no writes'],
  ['LOG_DAMAGED', 'this computer’s copy cannot be used'],
  ['ERA_UNKNOWN', 'this computer has lost what began the present era'],
])

/**
 * How many vote once a vote was given or taken by hand. Where that is no size at which a network stays by
 * itself, it goes on to one (docs/adr/0017).
 */
export function votingText({ voters, guarantee }: NonNullable<Status['primary']>): string {
  const votes = voters.length
  const said = votes === 1 ? '1 node votes' : `${votes} nodes vote`
  const isSimplex = guarantee !== undefined
  if ((votes - 1) % (isSimplex ? 3 : 2) === 0) return `${said}.`
  const sizes = isSimplex ? '1, 4, 7 or more' : '1, 3, 5 or 7'
  const promise = isSimplex && votes < 4 ? ' Below 4 all of them have to be honest.' : ''
  return `${said}. Unless all were promoted by hand, the network goes on to ${sizes}.${promise}`
}

function calledOf(id: string, name: string | undefined, named: Naming): string {
  return name === undefined ? short(id) : named({ id, name })
}

function followedText(id: string | undefined, name: string | undefined, named: Naming): string {
  return id === undefined ? 'finds nobody to follow' : `follows ${calledOf(id, name, named)}`
}

function leaderText({ primary, network }: Status, named: Naming): string {
  if (!primary) return ''
  const { leader, leaderName, inForce, term } = primary
  const isSimplex = network?.consensus === 'simplex'
  const era = primary.era === undefined ? '' : `, era ${primary.era}`
  // Where it climbs and the height does not, they go from turn to turn and agree on nothing.
  const turn = primary.view === undefined ? '' : `, view ${primary.view}`
  const when = `(${isSimplex ? 'committee' : 'term'} ${term}${era}${turn})`
  if (leader !== undefined) return `${calledOf(leader, leaderName, named)} ${when}`
  // Whose turn it is, those alone know who vote.
  if (isSimplex && inForce) return `those that vote, in turn ${when}`
  return turn === '' ? 'nobody now' : `nobody now ${when}`
}

/** Where it is not as in every other network. */
function readsRow({ network }: Status): [name: string, value: string][] {
  return network?.leaseReads ? [['Reads', 'by the leader alone, while its lease lasts']] : []
}

/** What a community that trusts nobody in particular may count on. */
function promiseRow({
  guarantee,
  mayLie = 0,
}: NonNullable<Status['primary']>): [name: string, value: string][] {
  switch (guarantee) {
    case undefined:
      return []
    case 'byzantine':
      return [['If some lie', `all agree while no more than ${lying(mayLie)}`]]
    case 'honest-only':
      return [['If some lie', 'nothing is promised: it takes four that vote to bear one liar']]
    case 'void':
      return [['If some lie', `${NO_PROMISE} Ask on several nodes before you rely on an answer.`]]
  }
}

function lying(count: number): string {
  return count === 1 ? 'one of those that vote lies' : `${count} of those that vote lie`
}

const NO_PROMISE =
  'too many of the committee lied: it is no longer promised that all nodes hold the same.'

export function adviceOf({ primary, network }: Status): string[] {
  switch (primary?.advice) {
    case undefined:
      return []
    case 'moreComputers': {
      const needed = network?.consensus === 'simplex' ? 'four' : 'three'
      return [
        `* With ${needed} computers that may vote the network bears the loss of one: add some with ` +
          'mycelium invite. A second copy alone is made with mycelium promote, and both are needed then.',
      ]
    }
    case 'even':
      return [
        '* An even number of votes bears no more than one less: promote one more, or release one.',
      ]
  }
}

/** A node that votes is of the backbone, whatever its owner gives it for. */
export function roleText({ role, backbone }: Pick<Status, 'role' | 'backbone'>): string {
  return backbone === undefined ? role : `sclerotia (${backbone})`
}

/** What a member chose, where the network keeps it as something else until an admin says otherwise. */
export function keptText(of: Pick<Status, 'role' | 'roleAsked' | 'node'>): string | undefined {
  if (of.roleAsked !== 'sclerotia' || of.node.permissions.includes('admin')) return undefined
  return (
    `Asked for: sclerotia. The network keeps it as ${of.role}, and takes it before others when a vote ` +
    `is needed. That it keeps its vote, only an admin can say: mycelium promote ${of.node.name}`
  )
}

export function voteText(node: ClusterNode): string {
  const part = partText(node)
  if (node.trust === undefined) return part
  return `${part === '' ? '' : `${part}, `}was caught lying (trust ${node.trust} of 100)`
}

function partText({ committee, copy, vote }: ClusterNode): string {
  const late = committee ? committee.lag : copy?.behind
  const behind = late ? `, ${late} behind` : ''
  if (!committee) {
    const chosen = vote === 'never' ? 'never (chosen)' : ''
    return copy ? `${chosen === '' ? '' : `${chosen}, `}follows${behind}` : chosen
  }
  const silent = committee.silent ? ', its copy does not answer' : ''
  return `${committee.role}${behind}${silent}${vote === 'always' ? ' (chosen)' : ''}`
}
