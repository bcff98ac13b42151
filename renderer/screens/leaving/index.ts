/** Leaving the network that this computer is in, wherever the window offers it. */
export { LeaveDialog } from './leave-dialog.tsx'
