/** What the members vote on. */
export { ProposalsView, WaitingProposals } from './proposals-view.tsx'
