export const registry = {
  tab: 'Registry',
  intro:
    'What runs where, who is in, and what services store: one truth, kept by several computers at once. It can be changed as long as most of them can be reached.',
  noneTitle: 'Nobody keeps a registry yet',
  noneDetail:
    'This computer has not heard of the ones that keep it. It goes by what the others tell meanwhile.',
  inForce: 'In force',
  writesWait: 'Changes wait',
  keeps: '{{count}} computers keep it.',
  keeps_one: '{{count}} computer keeps it.',
  mayFail: '{{count}} of them may be switched off at once, and nothing stops.',
  mayFail_one: '{{count}} of them may be switched off, and nothing stops.',
  silent:
    '{{count}} of them cannot be reached. If one more is switched off, nothing can be changed.',
  mayFailNone: 'While one of them is off, nothing can be changed.',
  mayFailNone_one: 'While it is off, nothing can be changed.',
  waitDetail:
    'Too few of the {{count}} computers that keep the registry can be reached. What runs goes on, and what is stored can be read as it was last seen. Changes work again by themselves once enough are back.',
  waitDetail_one:
    'The computer that keeps the registry cannot be reached. What runs goes on, and what is stored can be read as it was last seen. Changes work again by themselves once it is back.',
  waitGone:
    'If they are gone for good, an admin can go on without them: “mycelium recover”, run on a computer of an admin, first says what that would mean.',
  look: 'Show which',
  adviceRaft:
    'With three computers that may vote, the network bears the loss of one by itself. Invite another.',
  adviceSimplex:
    'With four computers that may vote, the network bears the loss of one by itself. Invite another.',
  adviceEven:
    'An even number of votes bears no more than one less. Give one more computer a vote, or let the network decide about one.',
  tier: 'Addresses from',
  tiers: {
    primary: 'The registry',
    seed: 'A seed file or address',
    latent: 'Each other',
    none: 'Nobody yet',
  },
  leader: 'Led by',
  leaderTerm: '{{name}}, term {{term}}',
  leaderCommittee: '{{name}}, committee {{term}}',
  leaderInTurn: 'Those that vote, in turn, committee {{term}}',
  view: ', view {{view}}',
  nobody: 'Nobody now',
  liars: 'If some lie',
  promise: {
    byzantine: 'All agree, as long as no more than {{count}} of them lie',
    byzantine_one: 'All agree, as long as no more than {{count}} of them lies',
    'honest-only': 'Nothing is promised: it takes four that vote to bear one liar',
    void: 'No longer promised: too many of them lied, and computers may hold different versions',
  },
  here: 'This computer',
  part: {
    leader: 'Leads',
    voter: 'Votes',
    learner: 'Learns, to vote',
    none: 'Does not vote',
  },
  kept: { dedicated: ', dedicated', dynamic: ', dynamic' },
  copySilent: 'No answer',
  lied: 'Was caught lying (trust {{trust}} of 100)',
  height: ', at height {{height}}',
  column: {
    name: 'Name',
    state: 'State',
    part: 'Part',
    behind: 'Behind',
    decided: 'Decided by',
    actions: 'Change',
  },
  upToDate: 'Up to date',
  behind: '{{count}} entries',
  behind_one: '{{count}} entry',
  unknown: 'Not known',
  byPerson: 'A person',
  byNetwork: 'The network',
  promote: 'Give a vote',
  demote: 'Take its vote',
  release: 'Let the network decide',
  transfer: 'Let it lead',
  promoted: '{{name}} votes, and keeps its vote.',
  demoted: '{{name}} votes no more.',
  released: 'The network decides whether {{name}} votes.',
  transferred: '{{name}} leads.',
  demoteTitle: 'Take the vote of {{name}}?',
  demoteDetail:
    'It still reads the registry, but decides nothing, until somebody lets it vote again. The network fills its place if another computer can take it.',
  demoteLast:
    'It is the only computer that votes. It hands the registry over first; if no other one can take it, nothing is changed.',
} as const
