/** Who is in the network, how they are linked, and who may come in. */
export { InviteDialog } from './invite-dialog.tsx'
export { NetworkScreen } from './network-screen.tsx'
export { useCalled } from './use-called.ts'
