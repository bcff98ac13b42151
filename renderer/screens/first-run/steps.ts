/** The first run as a machine: which page is shown, what was entered, where back leads. Pure. */
import type { Problem } from '../../transport/index.ts'

export type Way = 'start' | 'invite' | 'nearby' | 'seed'
export type Step = 'welcome' | 'choose' | 'find' | 'name' | 'working' | 'done'

export interface FirstRunState {
  step: Step
  way: Way
  invite: string
  seed: string
  /** Address and name of the network chosen among those nearby. */
  nearby: { address: string; name: string } | undefined
  /** Name of the network that an inspected invite leads to. */
  invitedTo: string | undefined
  networkName: string
  nodeName: string
  ownerName: string
  /** The key of an owner that has another computer already, as it was exported. */
  ownerFile: { name: string; sealed: string } | undefined
  passphrase: string
  /** Lay aside whose this computer was before. */
  replaceOwner: boolean
  /** Why the last try failed, for as long as somebody stays at what was tried. */
  problem: Problem | undefined
}

export type FirstRunAction =
  | { type: 'go'; to: Step }
  | { type: 'back' }
  | { type: 'choose'; way: Way }
  | { type: 'enter'; part: Partial<Omit<FirstRunState, 'step' | 'way' | 'problem'>> }
  /** What was entered is kept. */
  | { type: 'failed'; problem: Problem }
  | { type: 'link'; invite: string }

export const STEPS_MAX = 5

export function beginFirstRun(nodeName: string, ownerName: string): FirstRunState {
  return {
    step: 'welcome',
    way: 'start',
    invite: '',
    seed: '',
    nearby: undefined,
    invitedTo: undefined,
    networkName: '',
    nodeName,
    // Nobody has said one yet where the computer's own stands for it.
    ownerName: ownerName === nodeName ? '' : ownerName,
    ownerFile: undefined,
    passphrase: '',
    replaceOwner: false,
    problem: undefined,
  }
}

export function firstRunReducer(before: FirstRunState, action: FirstRunAction): FirstRunState {
  const state = action.type === 'enter' ? before : { ...before, problem: undefined }
  switch (action.type) {
    case 'go':
      return { ...state, step: action.to }
    case 'failed':
      return { ...state, step: 'name', problem: action.problem }
    case 'choose':
      return { ...state, way: action.way, step: action.way === 'start' ? 'name' : 'find' }
    case 'enter':
      return { ...leadingElsewhere(state, action.part.invite), ...action.part }
    case 'link':
      // A link shows where it leads; joining is still a press of a button.
      return {
        ...leadingElsewhere(state, action.invite),
        ...{ way: 'invite', invite: action.invite, step: 'find' },
      }
    case 'back':
      return { ...state, step: stepBefore(state) }
  }
}

/** All that is wrong stands at the fields of the page already. */
export function isToldAtFields({ way, problem }: FirstRunState): boolean {
  const shown = ['nodeName', 'ownerName', ...(way === 'start' ? ['networkName'] : [])]
  const fields = problem?.fields ?? []
  return fields.length > 0 && fields.every(({ path }) => shown.includes(path))
}

/** Another invite is yet to be looked at; space around one makes it no other. */
function leadingElsewhere(state: FirstRunState, invite = state.invite): FirstRunState {
  return invite.trim() === state.invite.trim() ? state : { ...state, invitedTo: undefined }
}

function stepBefore(state: FirstRunState): Step {
  switch (state.step) {
    case 'welcome':
    case 'choose':
      return 'welcome'
    case 'find':
      return 'choose'
    case 'name':
      return state.way === 'start' ? 'choose' : 'find'
    case 'working':
      return 'name'
    case 'done':
      return 'done'
  }
}

/** How far along, for the line that says so. */
export function stepNumber({ step, way }: FirstRunState): { step: number; count: number } {
  const pages: Step[] =
    way === 'start'
      ? ['welcome', 'choose', 'name', 'done']
      : ['welcome', 'choose', 'find', 'name', 'done']
  const at = pages.indexOf(step === 'working' ? 'name' : step)
  return { step: at + 1, count: pages.length }
}

export function isReady(state: FirstRunState): boolean {
  const opens = state.ownerFile === undefined || state.passphrase !== ''
  const named = state.nodeName.trim() !== '' && opens
  switch (state.way) {
    case 'start':
      return named && state.networkName.trim() !== ''
    case 'invite':
      return named && state.invite.trim() !== ''
    case 'nearby':
      return named && state.nearby !== undefined
    case 'seed':
      return named && state.seed.trim() !== ''
  }
}
