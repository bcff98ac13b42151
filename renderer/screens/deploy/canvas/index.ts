/**
 * A draft as services, volumes, routes and links, dropped and connected. It knows the bodies that it is
 * given and hands back edits of them; what it does not show is left as it is (`edits.test.ts`).
 */

export { Canvas } from './canvas.tsx'
export type { Finding } from './findings.ts'
export { UnfinishedContext } from './unfinished.ts'
