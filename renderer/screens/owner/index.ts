/** The owner's key as a file under a passphrase: for another computer, and as a backup (ADR 45). */
export { OwnerDialog } from './owner-dialog.tsx'
