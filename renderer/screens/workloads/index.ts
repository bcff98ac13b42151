/** What runs: wanted and real, where and why there, what it prints. */

export { Conditions } from './conditions.tsx'
export { Copies } from './copies.tsx'
export { untold } from './failure-words.ts'
export { OpenWorkload } from './open-workload.tsx'
export { DeleteSecretDialog, SecretDialog } from './secret-dialogs.tsx'
export { Refusals } from './why-there.tsx'
export { WorkloadScreen } from './workload-screen.tsx'
export { instanceTone, isAnswered, nextRunText } from './workload-words.ts'
export { WorkloadsScreen } from './workloads-screen.tsx'
