/**
 * What somebody is about to deploy, in one place. Every way of the screen (catalogue, canvas,
 * manifest) reads this draft and changes it by the functions here; none keeps workloads of its own,
 * so that going from one to another loses nothing.
 *
 * ```ts
 * const draft = useDraft()
 * const { change } = useDraftStore()
 * change((now) => withWorkload(now, now.workloads[0], { ...body, replicas: 3 }))
 * change((now) => renamed(now, 'db', 'notes-db')) // and what names it: `uses`, `placement`, secrets
 * ```
 *
 * - The draft's workloads are bodies of `POST /api/workloads`. One that is changed is a new object;
 *   the others stay the same objects, so that identity says what is as it was.
 * - `change(to, stroke)`: changes of one stroke in a row (typing, dragging) are one step of undo.
 * - Values of secrets stand beside the manifests, never in them or in their text.
 * - While the text cannot be read, the workloads stay as it said last, and the frame lets no other
 *   way write over it.
 */
export {
  type Answers,
  asStep,
  clashesOf,
  type Draft,
  EMPTY_DRAFT,
  type FilledForm,
  formOf,
  idOf,
  isEmpty,
  isInStep,
  isSameDraft,
  isUnread,
  outdatedNames,
  saysSame,
  withForm,
  withoutForm,
  withoutWorkload,
  withSecret,
  withWorkload,
  withWorkloads,
} from './draft.ts'
export { createDraftStore, type DraftStore } from './draft-store.ts'
export { type Env, envOfText, isSameEnv, manyLined, textOfEnv } from './env-text.ts'
export { freeName, nameOf, renamed, suggestName } from './names.ts'
export { type DraftSecret, secretsOf } from './secrets.ts'
export { type Mistake, textOf, withText } from './text.ts'
export { type EnvPlace, unfinishedOf, withUnfinished } from './unfinished.ts'
export { isOfDraft, type Unready, unreadyOf } from './unready.ts'
export { DraftContext, useDraft, useDraftStore, useIsChanged, useIsUndone } from './use-draft.ts'
