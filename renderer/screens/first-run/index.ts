/** The first two minutes: what this is, start or join, names, what next. */
export { FirstRun } from './first-run.tsx'
export { InvitePreview } from './invite-preview.tsx'
export { troubleOf } from './not-started.tsx'
